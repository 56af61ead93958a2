'use strict';
// The charger in the words of OCPP 2.0.1 and 2.1.

const { Charger } = require('./charger');

const PLUGS = new Set(['Available', 'Unavailable', 'Faulted']);

class V2Charger extends Charger {
  constructor(subprotocol) {
    super(subprotocol);
    this.plug = 'Available';
    this.count = 0;
    this.sequence = 0;
    this.variables = {
      'SmartChargingCtrlr.Enabled': 'true',
      'SmartChargingCtrlr.ProfileStackLevel': '8',
      'SmartChargingCtrlr.RateUnit': 'A,W',
      'SampledDataCtrlr.TxUpdatedMeasurands': 'Energy.Active.Import.Register',
      'SampledDataCtrlr.TxUpdatedInterval': '60',
      'SampledDataCtrlr.TxStartedMeasurands': '',
      'SampledDataCtrlr.TxEndedMeasurands': '',
    };
    this.handlers = {
      GetVariables: ({ getVariableData }) => ({ getVariableResult: getVariableData.map((each) => this.read(each)) }),
      SetVariables: ({ setVariableData }) => ({ setVariableResult: setVariableData.map((each) => this.write(each)) }),
      TriggerMessage: ({ requestedMessage }) => this.triggered(requestedMessage),
      SetChargingProfile: ({ chargingProfile }) => this.setChargingProfile(chargingProfile),
      ClearChargingProfile: ({ chargingProfileId }) => ({
        status: this.profiles.delete(chargingProfileId) ? 'Accepted' : 'Unknown',
      }),
      RequestStartTransaction: ({ idToken }) => {
        this.soon(() => this.start({ tag: idToken.idToken }));
        return { status: 'Accepted' };
      },
      RequestStopTransaction: ({ transactionId }) => {
        if (transactionId !== this.transactionId) return { status: 'Rejected' };
        this.soon(() => this.stop());
        return { status: 'Accepted' };
      },
    };
  }

  read({ component, variable }) {
    const attributeValue = this.variables[`${component.name}.${variable.name}`];
    if (attributeValue === undefined) return { attributeStatus: 'UnknownVariable', component, variable };
    // An empty text is no value in the schema.
    return { attributeStatus: 'Accepted', component, variable, ...(attributeValue && { attributeValue }) };
  }

  write({ component, variable, attributeValue }) {
    const key = `${component.name}.${variable.name}`;
    const known = key in this.variables;
    if (known) this.variables[key] = attributeValue;
    return { attributeStatus: known ? 'Accepted' : 'UnknownVariable', component, variable };
  }

  triggered(message) {
    const jobs = {
      BootNotification: 'boot',
      StatusNotification: 'tellStatus',
      MeterValues: 'meter',
      TransactionEvent: 'meter',
    };
    if (!(message in jobs)) return { status: 'NotImplemented' };
    // Of no transaction there is nothing to tell.
    if (message === 'TransactionEvent' && this.transactionId === null) return { status: 'Rejected' };
    this.soon(() => this[jobs[message]]());
    return { status: 'Accepted' };
  }

  setChargingProfile(profile) {
    if (profile.chargingProfilePurpose === 'TxProfile' && profile.transactionId !== this.transactionId) {
      return { status: 'Rejected' };
    }
    this.install(profile.id, profile, profile.chargingSchedule[0]);
    return { status: 'Accepted' };
  }

  async boot() {
    const chargingStation = { vendorName: 'Mikuso', model: 'RPC', firmwareVersion: '2.0' };
    return (await this.say('BootNotification', { reason: 'PowerUp', chargingStation })).status;
  }

  async status({ status }) {
    this.plug = PLUGS.has(status) ? status : 'Occupied';
    await this.tellStatus();
  }

  async tellStatus() {
    const state = { timestamp: this.timestamp, connectorStatus: this.plug, evseId: 1, connectorId: 1 };
    await this.say('StatusNotification', state);
  }

  async authorise({ tag }) {
    return (await this.say('Authorize', { idToken: { idToken: tag, type: 'ISO14443' } })).idTokenInfo.status;
  }

  async event(eventType, triggerReason, info, more = {}) {
    await this.say('TransactionEvent', {
      eventType,
      triggerReason,
      timestamp: this.timestamp,
      seqNo: this.sequence++,
      transactionInfo: { transactionId: this.transactionId, ...info },
      offline: this.offline,
      meterValue: [{ timestamp: this.timestamp, sampledValue: this.readings() }],
      ...more,
    });
  }

  async start({ tag }) {
    this.count += 1;
    this.sequence = 0;
    this.transactionId = `js-${this.count}`;
    this.startedAt = this.now;
    await this.status({ status: 'Occupied' });
    const token = { idToken: tag, type: 'ISO14443' };
    const more = { evse: { id: 1, connectorId: 1 }, idToken: token };
    await this.event('Started', 'Authorized', { chargingState: 'Charging' }, more);
    return this.transactionId;
  }

  async stop() {
    await this.event('Ended', 'StopAuthorized', { chargingState: 'EVConnected', stoppedReason: 'Local' });
    this.forgetTransaction();
  }

  async meter() {
    if (this.transactionId !== null) await this.event('Updated', 'MeterValuePeriodic', { chargingState: 'Charging' });
  }
}

module.exports = { V2Charger };
