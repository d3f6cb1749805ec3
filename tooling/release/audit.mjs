// Checks production dependencies for known vulnerabilities: pnpm release:audit
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditVerdict } from './lacks.ts';

const { packageManager } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
// npx, because pnpm may not be installed on this machine.
const { error, status, stdout, stderr } = spawnSync('npx', ['--yes', packageManager, 'audit', '--prod'], {
  encoding: 'utf8',
  shell: process.platform === 'win32',
});
const output = error === undefined ? `${stdout}${stderr}` : `npx did not start: ${error.message}`;
const { isGood, text } = auditVerdict(status, output);
console.log(text);
process.exitCode = isGood ? 0 : 1;
