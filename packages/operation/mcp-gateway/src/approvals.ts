import type { ChangedTool } from '@majordomo/admin';
import { LlmError, systemClock, truncateText } from '@majordomo/core';
import { layoutOf, memoryRecords, type RecordStore } from '@majordomo/records';
import type { McpGatewayOptions } from './options.ts';

/** Definition of a tool, with its SHA-256. */
export interface Definition {
  readonly hash: string;
  readonly text: string;
}

/** Record of a server. */
interface ServerApprovals {
  /** Hash of the approved definition, by name of the tool. */
  readonly approved: Readonly<Record<string, string>>;
  /** Definitions that wait for an approval, by name of the tool. */
  readonly changed: Readonly<Record<string, Definition & { readonly at: string }>>;
}

const SPACE = 'mcp-gateway';
/** Format of the records: their name in errors, and their version. */
const LAYOUT = layoutOf<ServerApprovals>('the approvals of an MCP server', 1);
const NONE: ServerApprovals = { approved: {}, changed: {} };

/** Maximum number of tools of a server whose first definition is approved. */
const MAX_APPROVED = 5000;
/** Maximum number of changed definitions of a server, and of characters of each that are stored. */
const MAX_CHANGED = 200;
const MAX_TEXT = 20_000;
/** Maximum number of attempts to change a record while other processes change it. */
const MAX_TRIES = 10;

/**
 * Approved definitions of tools. The first definition of a tool is approved, and a changed one when the operator approves it. All
 * processes share the store.
 */
export class Approvals {
  private readonly records: RecordStore;
  private readonly now: () => string;
  /** Records that this process has read or written last, by server. A definition that is approved here is accepted without a read. */
  private readonly latest = new Map<string, ServerApprovals>();

  constructor({ records, clock = systemClock }: Pick<McpGatewayOptions, 'records' | 'clock'>) {
    this.records = records ?? memoryRecords({ clock });
    this.now = () => new Date(clock.now()).toISOString();
  }

  /** Returns the definitions that are approved, by name of the tool. Records those of new and changed tools. */
  async approvedIn(
    server: string,
    tools: ReadonlyMap<string, Definition>,
  ): Promise<ReadonlyMap<string, Definition>> {
    const known = this.latest.get(server);
    const isApproved = ({ approved }: ServerApprovals, name: string, { hash }: Definition): boolean =>
      own(approved, name) === hash;
    const isComplete =
      known !== undefined && [...tools].every(([name, tool]) => isApproved(known, name, tool));
    const current = isComplete
      ? known
      : await this.change(server, (before) => withTools(before, tools, this.now()));
    return new Map([...tools].filter(([name, tool]) => isApproved(current, name, tool)));
  }

  /** Returns the changed tools of a server. */
  async changed(server: string): Promise<readonly ChangedTool[]> {
    const { changed } = (await this.read(server)).data;
    return Object.entries(changed).map(([tool, { hash, text, at }]) => ({
      server,
      tool,
      hash,
      definition: text,
      at,
    }));
  }

  /** Approves the changed definitions of a server with these hashes, by name of the tool. Returns their number. */
  async approve(server: string, hashes: ReadonlyMap<string, string>): Promise<number> {
    let count = 0;
    await this.change(server, (before) => {
      const all = Object.entries(before.changed);
      const chosen = all.filter(([name, { hash }]) => hashes.get(name) === hash);
      const others = all.filter(([name, { hash }]) => hashes.get(name) !== hash);
      count = chosen.length;
      if (count === 0) return before;
      const approved = chosen.map(([name, { hash }]) => [name, hash] as const);
      return {
        approved: { ...before.approved, ...Object.fromEntries(approved) },
        changed: Object.fromEntries(others),
      };
    });
    return count;
  }

  /** Replaces the record with the result of `next`. If `next` returns its argument, writes nothing. */
  private async change(
    server: string,
    next: (before: ServerApprovals) => ServerApprovals,
  ): Promise<ServerApprovals> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { data, version } = await this.read(server);
      const after = next(data);
      const value = LAYOUT.write(after);
      if (
        after === data ||
        (await this.records.write(SPACE, [{ type: 'put', key: server, value, version }])) !== undefined
      ) {
        this.latest.set(server, after);
        return after;
      }
    }
    throw new LlmError('server', `mcpGateway: the approvals of "${server}" could not be stored; try again`);
  }

  private async read(server: string): Promise<{ readonly data: ServerApprovals; readonly version: number }> {
    const record = await this.records.get(SPACE, server);
    if (record === undefined) return { data: NONE, version: 0 };
    return { data: LAYOUT.read(server, record.value), version: record.version };
  }
}

/**
 * Approves new tools, and records changed ones. A definition beyond the limits is neither, so its tool is hidden. Returns the same object
 * if nothing is new.
 */
function withTools(
  before: ServerApprovals,
  tools: ReadonlyMap<string, Definition>,
  at: string,
): ServerApprovals {
  const approved = new Map(Object.entries(before.approved));
  const changed = new Map(Object.entries(before.changed));
  let isNew = false;
  for (const [name, { hash, text }] of tools) {
    if (approved.get(name) === hash || changed.get(name)?.hash === hash) continue;
    if (!approved.has(name) && approved.size < MAX_APPROVED) approved.set(name, hash);
    else if (changed.has(name) || changed.size < MAX_CHANGED)
      changed.set(name, { hash, text: truncateText(text, MAX_TEXT), at });
    else continue;
    isNew = true;
  }
  return isNew ? { approved: Object.fromEntries(approved), changed: Object.fromEntries(changed) } : before;
}

const own = (record: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
