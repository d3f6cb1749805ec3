import type { Recording } from '@majordomo/test-support';

/** Members of a recorded request that the tests read. */
interface Sent {
  readonly messages: readonly RecordedMessage[];
  readonly input?: readonly RecordedItem[] | string;
  readonly tools?: readonly { readonly name?: string; readonly function?: { readonly name: string } }[];
}

export const sentIn = ({ request }: Recording): Sent => request?.body as Sent;

export interface RecordedMessage {
  readonly role: string;
  readonly content?: string | readonly { readonly text?: string }[] | null;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
}

/** Input item of Responses. */
export interface RecordedItem {
  readonly type?: string;
  readonly role?: string;
  readonly content?: string | readonly { readonly text?: string }[] | null;
  readonly call_id?: string;
  readonly name?: string;
  readonly output?: unknown;
  readonly encrypted_content?: string | null;
}
