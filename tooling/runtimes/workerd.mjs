import * as core from 'core/index.js';
import * as provider from 'core/provider.js';
import { smoke } from 'smoke.mjs';

/** Run by `workerd test`. */
export default {
  async test() {
    console.log(await smoke(core, provider));
  },
};
