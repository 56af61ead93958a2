'use strict';
// The charger in the words of OCPP 1.6.

const { Charger } = require('./charger');

class V16Charger extends Charger {
  constructor() {
    super('ocpp1.6');
    this.state = 'Available';
    this.configuration = {
      SupportedFeatureProfiles: 'Core,SmartCharging,RemoteTrigger',
      ChargeProfileMaxStackLevel: '8',
      ChargingScheduleAllowedChargingRateUnit: 'Current,Power',
      NumberOfConnectors: '1',
      MeterValuesSampledData: 'Energy.Active.Import.Register',
      MeterValueSampleInterval: '60',
    };
    this.handlers = {
      GetConfiguration: ({ key }) => this.getConfiguration(key ?? Object.keys(this.configuration)),
      ChangeConfiguration: ({ key, value }) => this.changeConfiguration(key, value),
      TriggerMessage: ({ requestedMessage }) => this.triggered(requestedMessage),
      SetChargingProfile: ({ csChargingProfiles }) => this.setChargingProfile(csChargingProfiles),
      ClearChargingProfile: ({ id }) => ({ status: this.profiles.delete(id) ? 'Accepted' : 'Unknown' }),
      RemoteStartTransaction: ({ idTag }) => {
        this.soon(() => this.start({ tag: idTag }));
        return { status: 'Accepted' };
      },
      RemoteStopTransaction: ({ transactionId }) => {
        if (transactionId !== this.transactionId) return { status: 'Rejected' };
        this.soon(() => this.stop());
        return { status: 'Accepted' };
      },
    };
  }

  getConfiguration(keys) {
    const known = keys.filter((key) => key in this.configuration);
    return {
      configurationKey: known.map((key) => ({ key, readonly: false, value: this.configuration[key] })),
      unknownKey: keys.filter((key) => !known.includes(key)),
    };
  }

  changeConfiguration(key, value) {
    if (!(key in this.configuration)) return { status: 'NotSupported' };
    this.configuration[key] = value;
    return { status: 'Accepted' };
  }

  triggered(message) {
    const jobs = { BootNotification: 'boot', StatusNotification: 'tellStatus', MeterValues: 'meter' };
    if (!(message in jobs)) return { status: 'NotImplemented' };
    this.soon(() => this[jobs[message]]());
    return { status: 'Accepted' };
  }

  setChargingProfile(profile) {
    if (profile.chargingProfilePurpose === 'TxProfile' && profile.transactionId !== this.transactionId) {
      return { status: 'Rejected' };
    }
    this.install(profile.chargingProfileId, profile, profile.chargingSchedule);
    return { status: 'Accepted' };
  }

  async boot() {
    const station = { chargePointVendor: 'Mikuso', chargePointModel: 'RPC', firmwareVersion: '1.0' };
    return (await this.say('BootNotification', station)).status;
  }

  async status({ status }) {
    this.state = status;
    await this.tellStatus();
  }

  async tellStatus() {
    const state = { connectorId: 1, errorCode: 'NoError', status: this.state, timestamp: this.timestamp };
    await this.say('StatusNotification', state);
  }

  async authorise({ tag }) {
    return (await this.say('Authorize', { idTag: tag })).idTagInfo.status;
  }

  async start({ tag }) {
    this.startedAt = this.now;
    const begin = { connectorId: 1, idTag: tag, meterStart: this.registerWh, timestamp: this.timestamp };
    this.transactionId = (await this.say('StartTransaction', begin)).transactionId;
    await this.status({ status: 'Charging' });
    return String(this.transactionId);
  }

  async stop() {
    await this.say('StopTransaction', {
      transactionId: this.transactionId,
      meterStop: this.registerWh,
      timestamp: this.timestamp,
      reason: 'Local',
    });
    this.forgetTransaction();
    await this.status({ status: 'Finishing' });
  }

  async meter() {
    const sampledValue = this.readings().map((reading) => ({ ...reading, value: String(reading.value) }));
    const running = this.transactionId === null ? {} : { transactionId: this.transactionId };
    await this.say('MeterValues', {
      connectorId: 1,
      ...running,
      meterValue: [{ timestamp: this.timestamp, sampledValue }],
    });
  }
}

module.exports = { V16Charger };
