import { Entry, namedRecords, type OwnedOptions } from '../entry.ts';

/** Time for which a request for an approval is stored, in milliseconds. */
const KEEP_MS = 30 * 24 * 60 * 60 * 1000;

interface ApprovalRequest {
  readonly tool: string;
  readonly fingerprint: string;
}

/** Records of the changed definitions that a person was asked to approve, because another process may continue the run. */
export class ApprovalRequests {
  private readonly options: OwnedOptions;

  constructor(options: OwnedOptions) {
    this.options = options;
  }

  /** Stores the definition of a tool for which an approval is requested. */
  async add(tool: string, fingerprint: string): Promise<void> {
    await this.entryOf(tool)?.write({ tool, fingerprint }, undefined, KEEP_MS);
  }

  /** Returns whether the latest stored request of the tool is for this definition. */
  async has(tool: string, fingerprint: string): Promise<boolean> {
    const { data } = (await this.entryOf(tool)?.read()) ?? {};
    return data?.tool === tool && data.fingerprint === fingerprint;
  }

  private entryOf(tool: string): Entry<ApprovalRequest> | undefined {
    const { name, user, place, records } = this.options;
    if (records === undefined) return undefined;
    const owner = { records: namedRecords(records, `mcp "${name}"`), name, user, place };
    return new Entry(owner, 'approval', tool);
  }
}
