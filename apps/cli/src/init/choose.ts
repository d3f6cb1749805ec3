import { didYouMean } from '@majordomo/core/toolkit';
import { BACKENDS, backendOf, type Backend } from '../backends/backends.ts';
import { outline } from '../backends/outline.ts';
import { Stop } from '../program/exit.ts';
import { isPerson, type Io } from '../program/io.ts';

/** Suggested model of each vendor. A test checks that the catalog has their prices. */
export const SUGGESTED: Readonly<Record<string, string>> = {
  openai: 'gpt-5.4',
  anthropic: 'claude-sonnet-5',
};

interface Wishes {
  readonly vendor?: readonly string[];
  readonly model?: string;
}

/**
 * Returns the vendors that the flags name. If they name none, returns the user's selection or, without a terminal, the vendors
 * with a key in the environment. Returns `undefined` if the user cancels. Throws `Stop` if no vendor is selected.
 */
export async function chooseVendors(
  { vendor = [], model }: Wishes,
  io: Io,
): Promise<readonly Backend[] | undefined> {
  if (model !== undefined) return backendsIn(model, io);
  if (vendor.length > 0) return [...new Set(vendor)].map(vendorOf);
  const configured = BACKENDS.filter((backend) => keyIn(backend, io) !== undefined);
  if (!isPerson(io)) {
    if (configured.length > 0) return configured;
    throw new Stop(
      'no vendor is selected, and the environment has no key; select vendors: majordomo init --vendor openai --vendor anthropic',
    );
  }
  const choices = BACKENDS.map((backend) => ({ value: backend.id, hint: hintOf(backend, io) }));
  const picked = await io.choose(
    'Which vendors?',
    choices,
    configured.map(({ id }) => id),
  );
  return picked?.map(vendorOf);
}

/** Returns the targets of `--model`, otherwise one entered or suggested target per vendor, or `undefined` if the user cancels. */
export async function chooseTargets(
  { model }: Wishes,
  vendors: readonly Backend[],
  io: Io,
): Promise<readonly string[] | undefined> {
  if (model !== undefined) return model.split(',').map((target) => target.trim());
  const targets: string[] = [];
  for (const { id } of vendors) {
    const suggested = SUGGESTED[id];
    const name = isPerson(io)
      ? await io.text(`Which model of ${id}? (majordomo models ${id} lists them)`, suggested)
      : suggested;
    if (typeof name === 'string' && name.trim() !== '') targets.push(`${id}/${name.trim()}`);
    else if (isPerson(io)) return undefined;
    else throw new Stop(`no model of ${id} is selected; select one: majordomo init --model ${id}/<model>`);
  }
  return targets;
}

function vendorOf(id: string): Backend {
  const backend = backendOf(id);
  if (backend !== undefined) return backend;
  const ids = BACKENDS.map((each) => each.id);
  const suggestion = didYouMean(id, ids);
  throw new Stop(`unknown vendor "${id}"${suggestion === '' ? ` (vendors: ${ids.join(', ')})` : suggestion}`);
}

/** Returns the known backends of a spec. Throws `config` for an invalid spec. */
async function backendsIn(spec: string, { env, signal }: Io): Promise<readonly Backend[]> {
  const { majordomo, needed } = outline({ aliases: {}, resolvers: [], providers: [], chain: {}, env });
  await majordomo.resolve(spec, { signal });
  return [...needed];
}

/** Returns the name of the first variable that contains a credential. */
const keyIn = ({ keyEnv }: Backend, { env }: Io): string | undefined =>
  keyEnv.find((name) => (env[name] ?? '') !== '');

function hintOf(backend: Backend, io: Io): string {
  const found = keyIn(backend, io);
  if (found !== undefined) return `${found} is set`;
  if (backend.kind === 'remote')
    return backend.keyEnv.length === 0 ? '' : `needs ${backend.keyEnv.join(' or ')}`;
  return backend.kind === 'server' ? 'a server on this machine' : 'a program on this machine';
}
