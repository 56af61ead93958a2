'use strict';
// A charger built on ocpp-rpc in its strict mode, in which it judges every message by the official schemas.
//
// `node mikuso.js VERSION` (1.6, 2.0.1 or 2.1).

const { serve } = require('./charger');
const { V16Charger } = require('./v16');
const { V2Charger } = require('./v2');

const version = process.argv[2];
serve(version === '1.6' ? new V16Charger() : new V2Charger(`ocpp${version}`));
