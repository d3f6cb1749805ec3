import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is used of a recording's facts. */
export interface Facts {
  readonly wire: string;
  readonly streamed: boolean;
  readonly outcome: string;
  readonly text?: string;
  readonly reasoning?: string;
  readonly refusal?: string;
  readonly toolCalls?: readonly {
    readonly name: string;
    readonly arguments: object | null;
    readonly id: string | null;
  }[];
  readonly finishReasonRaw?: string | null;
  readonly usageRaw?: UsageFacts | null;
  readonly error: { readonly status: number | null; readonly kind: string; readonly inBand?: boolean } | null;
}

export interface UsageFacts {
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  readonly total_tokens?: number;
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number } | null;
}

export interface Recording {
  /** `<vendor>/<case>`. */
  readonly id: string;
  readonly vendor: string;
  readonly facts: Facts;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** One step of a recorded session: what was sent, what came back, and what of it the next request carried. */
export interface SessionStep extends Recording {
  readonly request: {
    readonly model: string;
    readonly messages: readonly RecordedMessage[];
    readonly input?: readonly RecordedItem[] | string;
    readonly tools?: readonly { readonly name?: string; readonly function?: { readonly name: string } }[];
  };
  readonly echo: {
    readonly ids: readonly string[];
    readonly names: readonly string[];
    readonly signatures: number;
  };
}

export interface RecordedMessage {
  readonly role: string;
  readonly content?: string | readonly { readonly text?: string }[] | null;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
}

/** An input item of Responses. */
export interface RecordedItem {
  readonly type?: string;
  readonly role?: string;
  readonly content?: string | readonly { readonly text?: string }[] | null;
  readonly call_id?: string;
  readonly name?: string;
  readonly output?: unknown;
  readonly encrypted_content?: string | null;
}

/** Recordings of real traffic; they are kept beside the checkout, not in it. */
const FOLDER = process.env['WIRE_CORPUS'] ?? join(import.meta.dirname, '../../../../shared/wire');

export const hasRecordings = (): boolean => existsSync(join(FOLDER, 'corpus'));

/** Every recording of one wire, in the order of their names; none when the folder is not there. */
export function recordings(wire: string): readonly Recording[] {
  if (!hasRecordings()) return [];
  return readdirSync(join(FOLDER, 'corpus'))
    .sort()
    .flatMap((vendor) => casesOf(vendor))
    .filter(({ facts }) => facts.wire === wire);
}

function casesOf(vendor: string): Recording[] {
  const folder = join(FOLDER, 'corpus', vendor);
  return readdirSync(folder)
    .sort()
    .filter((name) => existsSync(join(folder, name, 'expected.json')))
    .map((name) => recordingAt(join(folder, name), `${vendor}/${name}`, vendor));
}

function recordingAt(folder: string, id: string, vendor: string): Recording {
  const { status, headers } = json(join(folder, 'response.json')) as Pick<Recording, 'status' | 'headers'>;
  const facts = json(join(folder, 'expected.json')) as Facts;
  return { id, vendor, facts, status, headers, body: readFileSync(join(folder, 'body')) };
}

/** Every recorded session of one wire, by its name. */
export function sessions(wire: string): readonly (readonly [string, readonly SessionStep[]])[] {
  const root = join(FOLDER, 'sequences');
  if (!hasRecordings()) return [];
  const all = readdirSync(root).flatMap((vendor) =>
    readdirSync(join(root, vendor)).map((name): [string, readonly SessionStep[]] => [
      `${vendor}/${name}`,
      stepsAt(join(root, vendor, name), vendor),
    ]),
  );
  return all.filter(([, steps]) => steps.every(({ facts }) => facts.wire === wire));
}

function stepsAt(folder: string, vendor: string): SessionStep[] {
  const steps = readdirSync(folder).filter((name) => /^\d+$/.test(name));
  return steps
    .sort((a, b) => Number(a) - Number(b))
    .map((name) => {
      const recording = recordingAt(join(folder, name), `${vendor}/${name}`, vendor);
      const { body } = json(join(folder, name, 'request.json')) as { readonly body: SessionStep['request'] };
      const {
        toolCallIdsEchoed = [],
        toolNamesEchoed = [],
        signaturesEchoed = 0,
      } = (recording.facts as Facts & { readonly echo?: Echo | null }).echo ?? {};
      const echo = { ids: toolCallIdsEchoed, names: toolNamesEchoed, signatures: signaturesEchoed };
      return { ...recording, request: body, echo };
    });
}

interface Echo {
  readonly toolCallIdsEchoed?: readonly string[];
  readonly toolNamesEchoed?: readonly string[];
  readonly signaturesEchoed?: number;
}

const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
