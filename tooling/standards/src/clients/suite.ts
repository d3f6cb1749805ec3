import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Exchange } from '@majordomo/conformance';
import {
  commandOf,
  installClis,
  versionOf,
} from '../../../../packages/providers/provider-cli/scripts/cli-cache.mjs';
import type { CaseResult, Suite } from '../suite.ts';
import { execute } from '../execute.ts';
import { startGateway, type Answer, type ServedGateway } from './gateway.ts';
import { runPrograms } from './programs.ts';

const COMMAND_MS = 120_000;
const SECRET = 'GRAPEFRUIT';
const ANSWER = 'The secret is in the file.';
const PROMPT = 'Read the file secret.txt and tell me what it contains.';

/** Coding agent from npm that reads a file with a tool. */
interface Command {
  readonly id: string;
  readonly cli: string;
  /** Vendor behind the gateway, which is another one than the command's. */
  readonly vendor: 'openai' | 'anthropic';
  readonly args: readonly string[];
  readonly env: (url: string) => Readonly<Record<string, string>>;
  /** Configuration files, by path in the home folder. */
  readonly files: (url: string) => Readonly<Record<string, string>>;
  /** Arguments for reading a file, by name of the tool. The first tool that the request has is called. */
  readonly tools: (file: string) => Readonly<Record<string, object>>;
  /** Whether the gateway accepts WebSockets. @default false */
  readonly sockets?: boolean;
  /** Returns further problems of a run. `output`: output of the command. */
  readonly problems?: (output: string, gateway: ServedGateway) => readonly string[];
}

/** Returns Codex, which opens a WebSocket first. Without `sockets`, the gateway refuses it, and Codex must use HTTP at once. */
const codex = (id: string, sockets: boolean): Command => ({
  id,
  cli: 'codex',
  vendor: 'anthropic',
  sockets,
  args: [
    'exec',
    '--skip-git-repo-check',
    '--dangerously-bypass-approvals-and-sandbox',
    '--model',
    'smart',
    PROMPT,
  ],
  env: () => ({ GATEWAY_KEY: 'k', RUST_LOG: 'error' }),
  files: (url) => ({
    '.codex/config.toml': `model_provider = "gateway"
[model_providers.gateway]
name = "gateway"
base_url = "${url}/v1"
wire_api = "responses"
env_key = "GATEWAY_KEY"
supports_websockets = true
`,
  }),
  tools: (file) => ({
    exec_command: { cmd: `cat ${file}` },
    shell_command: { command: `cat ${file}` },
    shell: { command: ['cat', file] },
  }),
  problems(output, gateway) {
    const refused = output.split('failed to connect to Responses WebSocket').length - 1;
    // The opening of the socket and two requests are authorized.
    const expected = sockets ? [3, 0] : [0, 1];
    const overSockets = gateway.overSockets();
    if (overSockets === expected[0] && refused === expected[1]) return [];
    return [
      `${overSockets} authorizations of a socket, and ${refused} refused sockets, not ${expected.join(' and ')}`,
    ];
  },
});

const COMMANDS: readonly Command[] = [
  {
    id: 'Claude Code',
    cli: 'claude',
    vendor: 'openai',
    args: ['--print', '--model', 'smart', '--allowedTools', 'Read', '--', PROMPT],
    env: (url) => ({
      ANTHROPIC_API_KEY: 'k',
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_DEFAULT_HAIKU_MODEL: 'smart',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    }),
    files: () => ({}),
    tools: (file) => ({ Read: { file_path: file } }),
  },
  {
    id: 'Gemini CLI',
    cli: 'gemini',
    vendor: 'anthropic',
    args: ['--model', 'smart', '--approval-mode', 'yolo', '--prompt', PROMPT],
    env: (url) => ({
      GEMINI_API_KEY: 'k',
      GOOGLE_GEMINI_BASE_URL: url,
      GEMINI_CLI_TRUST_WORKSPACE: 'true',
    }),
    files: () => ({
      '.gemini/settings.json': JSON.stringify({
        security: { auth: { selectedType: 'gemini-api-key' } },
        privacy: { usageStatisticsEnabled: false },
      }),
    }),
    tools: (file) => ({ read_file: { file_path: file } }),
  },
  codex('Codex', false),
  codex('Codex over a WebSocket', true),
  {
    id: 'opencode',
    cli: 'opencode',
    vendor: 'anthropic',
    args: ['run', '--auto', '--model', 'gateway/smart', PROMPT],
    env: () => ({}),
    files: (url) => ({
      '.config/opencode/opencode.json': JSON.stringify({
        provider: {
          gateway: {
            npm: '@ai-sdk/openai-compatible',
            options: { baseURL: `${url}/v1`, apiKey: 'k' },
            models: { smart: {} },
          },
        },
      }),
    }),
    tools: (file) => ({ read: { filePath: file } }),
  },
];

/** Client libraries and coding agents from npm, against a gateway with a model of another vendor. */
export const gatewayClients: Suite = {
  name: 'gateway-clients',
  standard: 'Clients of the gateway',
  version: 'programs of this repository, and commands from npm',
  listsCases: true,
  run: async (isNewest = false) => [...(await runPrograms(isNewest)), ...(await runCommands(isNewest))],
};

/** Runs the coding agents. If npm fails, none is run. */
async function runCommands(isNewest: boolean): Promise<readonly CaseResult[]> {
  const problem = problemOfInstallation(isNewest);
  const results: CaseResult[] = [];
  for (const command of COMMANDS) {
    if (problem === undefined) results.push(await run(command));
    else results.push({ id: command.id, result: 'not run', messages: [problem] });
  }
  return results;
}

function problemOfInstallation(isNewest: boolean): string | undefined {
  try {
    installClis(isNewest);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

async function run(command: Command): Promise<CaseResult> {
  const { id, cli, vendor, args, env, files, tools, sockets, problems } = command;
  const home = await mkdtemp(join(tmpdir(), 'gateway-client-'));
  const cwd = join(home, 'project');
  const file = join(cwd, 'secret.txt');
  await using gateway = await startGateway(vendor, readerOf(tools(file)), sockets);
  try {
    await write(file, SECRET);
    for (const [path, text] of Object.entries(files(gateway.url))) await write(join(home, path), text);
    const surroundings = { PATH: process.env['PATH'], HOME: home, ...env(gateway.url) };
    const { status, output } = await execute(commandOf(cli), args, {
      cwd,
      env: surroundings,
      timeout: COMMAND_MS,
    });
    const messages = [...problemsOf(status, output, gateway), ...(problems?.(output, gateway) ?? [])];
    return { id, version: versionOf(cli), result: messages.length === 0 ? 'passed' : 'failed', messages };
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** Returns the script of a model that calls the first of the tools once, and then answers. */
function readerOf(tools: Readonly<Record<string, object>>): Answer {
  return ({ request }: Exchange) => {
    const name = Object.keys(tools).find((each) => request.tools.includes(each));
    if (name === undefined || request.toolResults.length > 0) return ANSWER;
    return { toolCalls: [{ name, args: tools[name] }] };
  };
}

function problemsOf(status: number | null, output: string, { requests }: ServedGateway): readonly string[] {
  const hasRead = requests.some(({ request }) => JSON.stringify(request.toolResults).includes(SECRET));
  return [
    ...(status === 0 ? [] : [`the command ended with ${status}: ${output.trim().slice(-500)}`]),
    ...(output.includes(ANSWER) ? [] : [`the answer is missing: ${output.trim().slice(-500)}`]),
    ...(hasRead ? [] : [`no request has the content of the file, of ${requests.length} requests`]),
  ];
}
