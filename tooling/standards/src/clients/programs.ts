import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exchange } from '@majordomo/conformance';
import { install } from '../install.ts';
import type { CaseResult } from '../suite.ts';
import { execute } from '../execute.ts';
import { startGateway } from './gateway.ts';

const FOLDER = join(import.meta.dirname, '../../suites/clients');
const PROGRAM_MS = 60_000;

/** Program of the folder that uses a client library. */
interface Program {
  readonly id: string;
  readonly file: string;
  readonly args: readonly string[];
  /** Folder of the library in `node_modules`. */
  readonly library: string;
  /** Vendor behind the gateway, which is another one than the library's. */
  readonly vendor: 'openai' | 'anthropic';
}

const program = (
  id: string,
  file: string,
  library: string,
  vendor: Program['vendor'],
  ...args: readonly string[]
): Program => ({ id, file, library, vendor, args });

const PROGRAMS: readonly Program[] = [
  program('openai 6', 'openai.mjs', 'openai-6', 'anthropic', 'openai-6'),
  program('openai 7', 'openai.mjs', 'openai-7', 'anthropic', 'openai-7'),
  program('@anthropic-ai/sdk', 'anthropic.mjs', '@anthropic-ai/sdk', 'openai'),
  program('ai 6', 'ai.mjs', 'ai-6', 'openai', '6'),
  program('ai 7', 'ai.mjs', 'ai-7', 'anthropic', '7'),
  program('@ai-sdk/mcp', 'ai-mcp.mjs', '@ai-sdk/mcp', 'anthropic'),
  program('@langchain/openai', 'langchain.mjs', '@langchain/openai', 'anthropic'),
  program('@openai/agents', 'agents.mjs', '@openai/agents', 'anthropic'),
  program('@google/genai', 'genai.mjs', '@google/genai', 'openai'),
];

/** Runs the programs with client libraries. If npm fails, no program is run. */
export async function runPrograms(isNewest: boolean): Promise<readonly CaseResult[]> {
  const problem = install(FOLDER, isNewest);
  const results: CaseResult[] = [];
  for (const each of PROGRAMS) {
    if (problem === undefined) results.push(await run(each));
    else results.push({ id: each.id, result: 'not run', messages: [problem] });
  }
  return results;
}

async function run({ id, file, args, library, vendor }: Program): Promise<CaseResult> {
  await using gateway = await startGateway(vendor, answer);
  const { status, output } = await execute(process.execPath, [join(FOLDER, file), ...args], {
    cwd: FOLDER,
    env: { ...process.env, GATEWAY_URL: gateway.url, GATEWAY_KEY: 'k' },
    timeout: PROGRAM_MS,
  });
  const version = versionOf(library);
  if (status === 0) return { id, version, result: 'passed', messages: [] };
  return { id, version, result: 'failed', messages: [output.trim()] };
}

/** Calls the tool if the request has one without a result. The programs in suites/clients expect these texts. */
function answer({ request }: Exchange): object | string {
  const [name] = request.tools;
  if (request.toolResults.length > 0) return 'It is 5 degrees in Oslo.';
  return name === undefined ? 'Hello.' : { toolCalls: [{ name, args: { city: 'Oslo' } }] };
}

function versionOf(library: string): string {
  const manifest = readFileSync(join(FOLDER, 'node_modules', library, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
