import * as core from '../../packages/core/dist/index.js';
import * as provider from '../../packages/core/dist/provider.js';
import { smoke } from './smoke.mjs';

console.log(await smoke(core, provider));
