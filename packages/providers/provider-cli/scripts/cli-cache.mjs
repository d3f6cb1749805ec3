// Vendors' command-line tools that are on npm, in a cache folder of about 1.1 GB. `MAJORDOMO_CLI_CACHE` names another folder.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const CACHE = process.env.MAJORDOMO_CLI_CACHE ?? join(homedir(), '.cache/majordomo-cli');
const PACKAGES = {
  claude: ['@anthropic-ai/claude-code', '2.1'],
  gemini: ['@google/gemini-cli', '0.61'],
  opencode: ['opencode-ai', '1.18'],
  codex: ['@openai/codex', '0.169'],
};

/** Returns the path of a command. */
export const commandOf = (cli) => join(CACHE, 'node_modules/.bin', cli);

/** Returns the installed version of a command. */
export const versionOf = (cli) =>
  JSON.parse(readFileSync(join(CACHE, 'node_modules', PACKAGES[cli][0], 'package.json'), 'utf8')).version;

/** Installs the commands unless all of them are installed, or the newest versions of all commands. Throws if npm fails. */
export function installClis(isNewest = false) {
  if (!isNewest && Object.keys(PACKAGES).every(isInstalled)) return;
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(join(CACHE, 'package.json'), '{ "private": true }\n');
  const wanted = Object.values(PACKAGES).map(([name, version]) => `${name}@${isNewest ? 'latest' : version}`);
  const args = ['install', ...wanted, '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', args, { cwd: CACHE, stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm install ended with status ${status}`);
}

const isInstalled = (cli) => existsSync(commandOf(cli)) && versionOf(cli).startsWith(`${PACKAGES[cli][1]}.`);
