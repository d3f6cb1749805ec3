import { spawn } from 'node:child_process';
import { bundleGuest } from './bundle.mjs';

const LONGEST_MS = 900_000;

/** Runs the application's programs in a runtime. Returns their results, or the reason why no results exist. */
export async function runIn({ binary, command, guest }, app, home) {
  if (binary === undefined) return { results: [], skipped: 'it is not installed here' };
  try {
    if (guest !== undefined && guest !== 'bun') await bundleGuest(guest, app);
    const [file, args] =
      guest === undefined
        ? [binary, [...command, 'native.mjs']]
        : [process.execPath, ['--unhandled-rejections=strict', 'hosted.mjs', guest, binary]];
    return await resultsOf(file, args, { folder: app, home });
  } catch (error) {
    return { results: [], crash: error.message };
  }
}

/** Returns the results. Each output line is a result, and the last line confirms the end. */
async function resultsOf(file, args, { folder, home }) {
  const child = spawn(file, args, { cwd: folder, env: environment(home), timeout: LONGEST_MS });
  let out = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const results = out
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  const hasEnded = code === 0 && results.at(-1)?.ended === true;
  return {
    results: results.filter(({ ended }) => ended !== true),
    crash: hasEnded ? undefined : `code ${code}: ${said.trim().slice(-1000)}`,
  };
}

function environment(home) {
  return { PATH: process.env.PATH, HOME: home, DENO_DIR: home, DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' };
}
