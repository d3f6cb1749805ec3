import type { ModelRequest, Recovery } from '@majordomo/core';
import { contentsIn, sha256 } from '@majordomo/core/toolkit';

/** Returns a name that is equal for equal values and does not reveal them. */
export async function accountName(values: readonly unknown[]): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify(values)));
}

/** Returns the name of content with an extension, because vendors recognize formats by it. */
export function fileName(name: string | undefined, mediaType: string): string {
  const base = name?.split(/[\\/]/).at(-1) ?? '';
  if (/.\.[a-z0-9]{1,8}$/i.test(base)) return base;
  const [, subtype = ''] = mediaType.split('/');
  const extension = EXTENSIONS[mediaType] ?? subtype.replace(/^x-/, '').replace(/[+;].*$/, '');
  return `${base === '' ? 'file' : base}.${/^[a-z0-9]{1,8}$/i.test(extension) ? extension : 'bin'}`;
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'text/plain': 'txt',
  'text/markdown': 'md',
  'image/jpeg': 'jpg',
  'audio/mpeg': 'mp3',
  'video/quicktime': 'mov',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
};

/** Facts about a failure, from which a missing file is recognized. */
export interface FileFailure {
  readonly status: number;
  readonly message: string;
  readonly code?: string | undefined;
}

/** Statuses with which vendors report a missing file. */
const STATUSES: readonly number[] = [400, 403, 404, 410];
const GONE =
  /not (?:be )?found|no such|does ?n[o']t exist|not exist|no longer|expired|deleted|unknown|invalid file(?:_| )id/i;
const GONE_CODE = /file_(?:not_found|expired|deleted)/;

/**
 * Returns the recovery that uploads content again, if the failure reports that a file of the request no longer exists. If the message
 * contains no id of a file, all files of the request are uploaded again.
 */
export function goneFilesRecovery(
  { messages }: ModelRequest,
  { status, message, code = '' }: FileFailure,
): Recovery | undefined {
  if (!STATUSES.includes(status)) return undefined;
  const files = messages.flatMap(contentsIn).flatMap(({ file }) => file ?? []);
  // An id of Gemini has the form `files/abc`, of which the message contains only `abc`.
  const named = files.filter(({ id }) => message.includes(id.slice(id.lastIndexOf('/') + 1)));
  const isAboutFiles = named.length > 0 || /\bfiles?\b|file_id/i.test(message);
  const isGone = GONE_CODE.test(code) || (isAboutFiles && GONE.test(message));
  if (files.length === 0 || !isGone) return undefined;
  const ids = [...new Set((named.length > 0 ? named : files).map(({ id }) => id))];
  return {
    // Vendors report only the first missing file of a request, so a call may use one recovery for each named file.
    id: ['gone-files', ...(named.length > 0 ? ids : [])].join(' '),
    what: 'files uploaded again',
    goneFiles: ids,
    // The request does not change. The hook that uploads content reads `goneFiles` before the next attempt.
    apply: (request) => request,
  };
}
