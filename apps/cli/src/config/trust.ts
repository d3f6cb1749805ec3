import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { asRecord, isRecord } from '@majordomo/core/toolkit';
import type { Io } from '../program/io.ts';
import { stateFile, writeState } from '../files/state-file.ts';

type StateLocation = Pick<Io, 'home' | 'env'>;

/** State of trust in a project's configuration. `changed`: the file was trusted with other content. */
export type Trust = 'trusted' | 'changed' | 'unknown';

/** Trusted content of a file. The text is stored to show later changes. */
interface TrustedFile {
  readonly sha256: string;
  readonly text: string;
}

/** Returns the state of trust in the file with its current content. */
export function trustIn(file: string, place: StateLocation): Trust {
  const known = trustedFile(file, place);
  if (known === undefined) return 'unknown';
  return known.sha256 === hashOf(readFileSync(file)) ? 'trusted' : 'changed';
}

/** Returns the text that was trusted last, or `undefined`. */
export const trustedText = (file: string, place: StateLocation): string | undefined =>
  trustedFile(file, place)?.text;

/** Trusts a file with exactly this content. With `undefined`, the file is no longer trusted. */
export function setTrust(file: string, content: Buffer | undefined, place: StateLocation): void {
  const { [realpathSync(file)]: _before, ...others } = readTrust(place);
  const entry = content && { sha256: hashOf(content), text: content.toString('utf8') };
  writeState(trustFile(place), entry === undefined ? others : { ...others, [realpathSync(file)]: entry });
}

/** Returns the file that contains the trusted configurations. */
export const trustFile = (place: StateLocation): string => stateFile('trusted.json', place);

function trustedFile(file: string, place: StateLocation): TrustedFile | undefined {
  const known = readTrust(place)[realpathSync(file)];
  return isTrustedFile(known) ? known : undefined;
}

const isTrustedFile = (value: unknown): value is TrustedFile =>
  isRecord(value) && typeof value['sha256'] === 'string' && typeof value['text'] === 'string';

/** Returns the stored trust. If the stored trust cannot be read, no file is trusted. */
function readTrust(place: StateLocation): Readonly<Record<string, unknown>> {
  try {
    return asRecord(JSON.parse(readFileSync(trustFile(place), 'utf8')));
  } catch {
    return {};
  }
}

const hashOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
