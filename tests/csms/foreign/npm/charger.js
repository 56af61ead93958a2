'use strict';
// What a charger is, whichever version of OCPP it speaks; see ../__init__.py for the commands that it takes.

const readline = require('node:readline');
const { RPCClient, createValidator } = require('ocpp-rpc');
const schemas21 = require('ocpp-rpc/lib/schemas/ocpp2_1.json');

const HARDWARE_A = 32;
const VOLTS = 230;

// ocpp-rpc 2.2.1 looks for its schemas of OCPP 2.1 under other names than it gives them.
const VALIDATOR_21 = createValidator(
  'ocpp2.1',
  schemas21.map((schema) => ({
    ...schema,
    $id: schema.$id.replace(/Request$/, '.req').replace(/Response$/, '.conf'),
  })),
);

function emit(line) {
  process.stdout.write(JSON.stringify(line) + '\n');
}

class Charger {
  constructor(subprotocol) {
    this.subprotocol = subprotocol;
    this.registerWh = 12000;
    this.startedAt = null;
    this.transactionId = null;
    this.profiles = new Map();
    this.handlers = {};
    this.ageMs = 0;
    this.kept = [];
    this.client = null;
  }

  get now() {
    return Date.now() + this.ageMs;
  }

  get timestamp() {
    return new Date(this.now).toISOString();
  }

  get offline() {
    return this.client === null;
  }

  // The transaction's profile, otherwise the default (OCPP 1.6, 3.13); within one purpose the highest level.
  get heldToA() {
    if (this.startedAt === null) return 0;
    for (const purpose of ['TxProfile', 'TxDefaultProfile']) {
      const inForce = [...this.profiles.values()].filter((each) => each.purpose === purpose && this.holds(each));
      if (inForce.length) return inForce.reduce((a, b) => (b.level > a.level ? b : a)).limitA;
    }
    return HARDWARE_A;
  }

  holds({ start, durationS, validTo }) {
    const from = start ?? this.startedAt;
    return (
      from <= this.now &&
      (durationS === undefined || this.now < from + durationS * 1000) &&
      (validTo === undefined || this.now < validTo)
    );
  }

  install(number, profile, schedule) {
    const [period] = schedule.chargingSchedulePeriod;
    const factor = schedule.chargingRateUnit === 'A' ? 1 : 1 / VOLTS / (period.numberPhases ?? 3);
    this.profiles.set(number, {
      purpose: profile.chargingProfilePurpose,
      level: profile.stackLevel,
      limitA: period.limit * factor,
      start: schedule.startSchedule && Date.parse(schedule.startSchedule),
      durationS: schedule.duration,
      validTo: profile.validTo && Date.parse(profile.validTo),
    });
    emit({ held_to_a: this.heldToA });
  }

  readings() {
    const amperes = this.heldToA;
    return [
      { value: this.registerWh, measurand: 'Energy.Active.Import.Register' },
      { value: amperes * 3 * VOLTS, measurand: 'Power.Active.Import' },
      ...['L1', 'L2', 'L3'].map((phase) => ({ value: amperes, measurand: 'Current.Import', phase })),
    ];
  }

  forgetTransaction() {
    this.transactionId = this.startedAt = null;
    for (const [number, { purpose }] of this.profiles) if (purpose === 'TxProfile') this.profiles.delete(number);
    emit({ held_to_a: this.heldToA });
  }

  async say(action, payload) {
    if (this.offline) {
      this.kept.push([action, payload]);
      return {};
    }
    return await this.client.call(action, payload);
  }

  // Do this once the answer is on its way.
  soon(job) {
    setImmediate(() => job().catch((error) => emit({ fault: String(error) })));
  }

  async connect({ url, identity, key }) {
    const client = new RPCClient({
      endpoint: url,
      identity,
      password: key,
      protocols: [this.subprotocol],
      strictMode: true,
      strictModeValidators: [VALIDATOR_21],
      reconnect: false,
    });
    client.on('strictValidationFailure', ({ method, error }) => emit({ fault: `${method}: ${error}` }));
    client.on('badMessage', ({ error }) => emit({ fault: String(error) }));
    client.on('call', ({ outbound, payload }) => {
      if (!outbound) emit({ told: payload[2], payload: payload[3] });
    });
    for (const [action, handler] of Object.entries(this.handlers)) {
      client.handle(action, ({ params }) => handler(params));
    }
    await client.connect();
    this.client = client;
    const kept = this.kept;
    this.kept = [];
    for (const [action, payload] of kept) await this.say(action, payload);
    return client.protocol;
  }

  async drop() {
    if (this.offline) return;
    const client = this.client;
    this.client = null;
    await client.close({ force: true });
  }

  async charge({ wh }) {
    this.registerWh += wh;
    emit({ held_to_a: this.heldToA });
    await this.meter();
  }

  async age({ s }) {
    this.ageMs += s * 1000;
  }
}

// Obey the commands on standard input until it closes.
function serve(charger) {
  process.on('unhandledRejection', (error) => emit({ fault: String(error) }));
  const lines = readline.createInterface({ input: process.stdin });
  let turn = Promise.resolve();
  lines.on('line', (line) => {
    const command = JSON.parse(line);
    turn = turn.then(async () => {
      let answer;
      try {
        answer = await charger[command.do](command);
      } catch (error) {
        emit({ fault: `${command.do}: ${error} ${error.code ?? ''}` });
      }
      emit({ done: command.do, answer: answer ?? null });
    });
  });
  lines.on('close', () => {
    turn = turn.then(() => charger.drop()).then(() => process.exit(0));
  });
  emit({ done: 'wake' });
}

module.exports = { Charger, serve };
