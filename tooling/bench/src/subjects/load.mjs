import { readdir } from 'node:fs/promises';
import { WIRES } from '../wires/index.mjs';
import { majordomo } from './majordomo.mjs';
import { raw } from './raw.mjs';
import { sdk } from './sdk.mjs';

const PEERS = new URL('../../peers/', import.meta.url);
export const OWN_FAMILIES = ['raw', 'sdk', 'majordomo'];

/**
 * The subjects of these families and wires; `undefined` is all of them, the peers included. A peer whose packages are
 * not installed is named in `missing`.
 *
 * @returns {Promise<{ subjects: import('./session.mjs').Subject[], missing: string[] }>}
 */
export async function loadSubjects({ families, wires }) {
  const own = WIRES.flatMap((dialect) => [
    raw(dialect),
    ...(dialect.sdk === undefined ? [] : [sdk(dialect)]),
    majordomo(dialect),
  ]);
  const { peers, missing } = await loadPeers(families);
  const subjects = [...own, ...peers].filter(
    ({ family, wire }) => (families?.includes(family) ?? true) && (wires?.includes(wire) ?? true),
  );
  return { subjects, missing };
}

/** A file of the folder is a peer, named after it. */
async function loadPeers(families) {
  const files = (await readdir(PEERS)).filter((file) => file.endsWith('.mjs'));
  const names = files.map((file) => file.slice(0, -'.mjs'.length));
  const peers = [];
  const missing = [];
  for (const name of names.filter((each) => families?.includes(each) ?? true)) {
    try {
      const { subjects } = await import(new URL(`${name}.mjs`, PEERS).href);
      peers.push(...subjects);
    } catch (error) {
      if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
      missing.push(name);
    }
  }
  return { peers, missing };
}
