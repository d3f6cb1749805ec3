import { expect, it } from 'vitest';
import { installSteps } from './install-steps.ts';

const GLOBAL = '/usr/lib/node_modules/majordomo/dist/bin.js';

it('names all missing packages in one command, and their place', () => {
  expect(installSteps(['@majordomo/provider-google', '@majordomo/provider-bedrock'], GLOBAL)).toEqual([
    'Packages of these vendors are missing next to the global command: npm install --global @majordomo/provider-google @majordomo/provider-bedrock',
  ]);
  expect(installSteps([], GLOBAL)).toEqual([]);
});
