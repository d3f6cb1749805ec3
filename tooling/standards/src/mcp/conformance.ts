import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Semaphore } from '@majordomo/core/toolkit';
import { execute } from '../execute.ts';
import { packagesIn } from '../install.ts';
import type { CaseResult } from '../suite.ts';

/** Folder of the suite. */
export const FOLDER: string = join(import.meta.dirname, '../../suites/mcp');
const PROGRAM = join(FOLDER, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
/** Name and version of the suite. */
export const VERSION: string = Object.entries(packagesIn(FOLDER)).map((entry) => entry.join('@'))[0] ?? '';

/** Revisions of MCP that the suite requires completely. */
const REVISIONS = ['2025-11-25', '2026-07-28'] as const;
type Revision = (typeof REVISIONS)[number];

/** Scenario of a revision, or of an extension. */
interface Scenario {
  readonly name: string;
  readonly revision: Revision | 'extension';
}

/** Scenarios that no revision requires, but that majordomo supports. */
const ADDITIONAL: Readonly<Record<'client' | 'server', readonly Scenario[]>> = {
  client: [
    { name: 'auth/client-credentials-basic', revision: 'extension' },
    { name: 'auth/client-credentials-jwt', revision: 'extension' },
    { name: 'auth/enterprise-managed-authorization', revision: 'extension' },
    { name: 'json-schema-2020-12-preservation', revision: '2026-07-28' },
  ],
  server: [
    { name: 'json-schema-2020-12', revision: '2026-07-28' },
    { name: 'server-session-lifecycle', revision: '2025-11-25' },
    { name: 'sep-2640-skills-directory', revision: 'extension' },
    { name: 'sep-2640-skills-enumeration', revision: 'extension' },
    { name: 'sep-2640-skills-manifest', revision: 'extension' },
  ],
};

/** Maximum number of scenarios at the same time. More would exceed the suite's time limits on a small machine. */
const CONCURRENCY = 2;
/** Maximum time of one scenario, in milliseconds. */
const SCENARIO_MS = 60_000;

/** Runs the required scenarios of all revisions, and the additional ones. `args`: arguments of the suite for each scenario. */
export async function runScenarios(
  side: 'client' | 'server',
  args: readonly string[],
): Promise<readonly CaseResult[]> {
  const scenarios: Scenario[] = [];
  for (const revision of REVISIONS) scenarios.push(...(await scenariosOf(side, revision)));
  scenarios.push(...ADDITIONAL[side]);
  const slots = new Semaphore(CONCURRENCY);
  const { signal } = new AbortController();
  return Promise.all(scenarios.map((scenario) => slots.run(signal, () => runScenario(side, scenario, args))));
}

/** Returns the scenarios that a revision requires. The list of the suite is frozen with the revision. */
async function scenariosOf(side: 'client' | 'server', revision: Revision): Promise<readonly Scenario[]> {
  const { output } = await runSuite(['list', '--requirements', revision]);
  const title = side === 'client' ? 'Client scenarios' : 'Server scenarios';
  const section = output.split('\n\n').find((text) => text.startsWith(title)) ?? '';
  const names = Array.from(section.matchAll(/^ {2}- (\S+)$/gm), ([, name]) => name ?? '');
  if (names.length === 0) throw new Error(`the suite lists no ${side} scenario of ${revision}: ${output}`);
  return names.map((name) => ({ name, revision }));
}

async function runScenario(
  side: 'client' | 'server',
  { name, revision }: Scenario,
  rest: readonly string[],
): Promise<CaseResult> {
  const folder = await mkdtemp(join(tmpdir(), 'mcp-conformance-'));
  try {
    const version = revision === 'extension' ? [] : ['--spec-version', revision];
    const args = [side, '--scenario', name, ...version, '--output-dir', folder, ...rest];
    const { status, output } = await runSuite(args);
    const messages = failedChecks(folder);
    // The suite ends with the status 0 if it skips a scenario.
    const isPassed = status === 0 && !output.includes('SKIPPED: scenario');
    if (!isPassed && messages.length === 0) messages.push(output.trim().slice(-500));
    return { id: `${revision}/${name}`, result: isPassed ? 'passed' : 'failed', messages };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Check in the results of the suite. */
interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

function failedChecks(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('checks.json'))
    .flatMap((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Check[])
    .filter(({ status }) => status === 'FAILURE')
    .map(({ id, errorMessage }) => `${id}: ${errorMessage ?? 'failed'}`);
}

const runSuite = (args: readonly string[]): ReturnType<typeof execute> =>
  execute(process.execPath, [PROGRAM, ...args], { timeout: SCENARIO_MS });
