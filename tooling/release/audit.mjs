// Checks production dependencies for known vulnerabilities: pnpm release:audit
import { spawnSync } from 'node:child_process';
import { auditVerdict } from './lacks.mjs';

const result = spawnSync('pnpm', ['audit', '--prod'], {
  encoding: 'utf8',
  shell: process.platform === 'win32',
});
const { isGood, text } = auditVerdict(result.status, `${result.stdout}${result.stderr}`);
console.log(text);
process.exitCode = isGood ? 0 : 1;
