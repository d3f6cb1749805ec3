import { toBase64 } from '@majordomo/core/toolkit';
import type { StoredFile } from '@majordomo/files';
import { invalid, oneOf } from '../parsing/fields.ts';
import { FILE_ID } from './file-id.ts';

/** Forms of the files of one wire. */
export interface FileForms {
  /** Purpose of all files, in a wire without purposes. */
  readonly purpose: string | undefined;
  file(file: StoredFile): object;
  /** Returns a page of files. `files`: all files of the caller, newest first. */
  list(files: readonly StoredFile[], query: URLSearchParams): object;
  deleted(id: string): object;
}

/** Whether a client of Anthropic has sent a request. Its paths are the paths of OpenAI. */
export const isAnthropic = ({ headers }: Request): boolean => headers.has('anthropic-version');

const openaiFile = ({ id, size, createdAt, expiresAt, name, purpose }: StoredFile): object => ({
  id,
  object: 'file',
  bytes: size,
  created_at: Math.floor(createdAt / 1000),
  expires_at: Math.floor(expiresAt / 1000),
  filename: name,
  purpose,
  status: 'processed',
});

/** Forms of the OpenAI files wire. */
export const openaiForms: FileForms = {
  purpose: undefined,
  file: openaiFile,
  list(files, query) {
    const purpose = query.get('purpose');
    const order = oneOf('asc', 'desc')(query.get('order') ?? 'desc', 'order');
    const matching = files.filter((file) => purpose === null || file.purpose === purpose);
    const paging = { cursor: 'after', most: 10_000, usual: 10_000, isOldestFirst: order === 'asc' };
    const { page, hasMore } = pageOf(matching, query, paging);
    return {
      object: 'list',
      data: page.map(openaiFile),
      first_id: page[0]?.id ?? null,
      last_id: page.at(-1)?.id ?? null,
      has_more: hasMore,
    };
  },
  deleted: (id) => ({ id, object: 'file', deleted: true }),
};

const anthropicFile = ({ id, name, mediaType, size, createdAt, expiresAt }: StoredFile): object => ({
  id,
  type: 'file',
  filename: name,
  mime_type: mediaType,
  size_bytes: size,
  created_at: new Date(createdAt).toISOString(),
  expires_at: new Date(expiresAt).toISOString(),
  downloadable: true,
});

/** Forms of the Anthropic files wire. */
export const anthropicForms: FileForms = {
  purpose: 'user_data',
  file: anthropicFile,
  list(files, query) {
    // A request that names files by their ids receives all of them on one page.
    const ids = [...query.getAll('ids'), ...query.getAll('ids[]')];
    if (ids.length > 0)
      return { data: files.filter(({ id }) => ids.includes(id)).map(anthropicFile), next_page: null };
    const { page, hasMore } = pageOf(files, query, { cursor: 'page', most: 1000, usual: 20 });
    return { data: page.map(anthropicFile), next_page: hasMore ? (page.at(-1)?.id ?? null) : null };
  },
  deleted: (id) => ({ id, type: 'file_deleted' }),
};

/** Returns the forms of Gemini's clients. `origin`: origin of the gateway, for the URIs of files. */
export function geminiForms(origin: string): FileForms {
  const file = ({ id, name, mediaType, size, sha256, createdAt, expiresAt }: StoredFile): object => ({
    name: `files/${id}`,
    displayName: name,
    mimeType: mediaType,
    sizeBytes: String(size),
    createTime: new Date(createdAt).toISOString(),
    updateTime: new Date(createdAt).toISOString(),
    expirationTime: new Date(expiresAt).toISOString(),
    ...(sha256 !== undefined && { sha256Hash: toBase64(fromHex(sha256)) }),
    uri: `${origin}/v1beta/files/${id}`,
    state: 'ACTIVE',
    source: 'UPLOADED',
  });
  return {
    purpose: 'user_data',
    file,
    list(files, query) {
      const paging = { cursor: 'pageToken', size: 'pageSize', most: 100, usual: 10 };
      const { page, hasMore } = pageOf(files, query, paging);
      return { files: page.map(file), ...(hasMore && { nextPageToken: page.at(-1)?.id }) };
    },
    deleted: () => ({}),
  };
}

const fromHex = (digits: string): Uint8Array =>
  Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** Names and limits of the parameters of a list. */
interface Paging {
  /** Parameter with the id of the last file of the previous page. */
  readonly cursor: string;
  /** Parameter with the number of files. @default `limit` */
  readonly size?: string;
  /** Maximum and default of the number of files. */
  readonly most: number;
  readonly usual: number;
  readonly isOldestFirst?: boolean;
}

/** Returns a page of `files`, which are sorted newest first. The last file of the previous page may have been deleted. */
function pageOf(
  files: readonly StoredFile[],
  query: URLSearchParams,
  { cursor, size = 'limit', most, usual, isOldestFirst = false }: Paging,
): { readonly page: readonly StoredFile[]; readonly hasMore: boolean } {
  const limit = Number(query.get(size) ?? usual);
  if (!Number.isInteger(limit) || limit < 1 || limit > most)
    invalid(size, `must be an integer from 1 to ${most}`);
  const last = query.get(cursor);
  if (last !== null && !FILE_ID.test(last)) invalid(cursor, 'is not the id of a file');
  const sorted = isOldestFirst ? files.toReversed() : files;
  // Ids sort by the time of their creation.
  const following = sorted.filter(({ id }) => last === null || (isOldestFirst ? id > last : id < last));
  return { page: following.slice(0, limit), hasMore: following.length > limit };
}
