import { cutText, type ChatRequest, type ChatResponse, type Message, type Part } from '@majordomo/core';
import type { Redactor } from '@majordomo/redact';
import type { ToldContent } from './feed-types.ts';

/** Characters, of one text and of all together. */
const LONGEST_TEXT = 16_000;
const LONGEST_CALL = 64_000;
const MOST = 16_000_000;

/** Prompts and answers without secrets, as long as there is room; the oldest give way. */
export class Contents {
  private readonly kept = new Map<string, ToldContent>();
  private readonly redactor: Redactor;
  private size = 0;

  constructor(redactor: Redactor) {
    this.redactor = redactor;
  }

  get(id: string): ToldContent | undefined {
    return this.kept.get(id);
  }

  asked(id: string, { system, messages }: ChatRequest): void {
    const told = messages.map((message) => ({ role: message.role, text: this.told(textOf(message)) }));
    const first = system !== undefined ? [{ role: 'system', text: this.told(system) }] : [];
    this.put(id, { asked: newest([...first, ...told]) });
  }

  answered(id: string, { text, toolCalls }: ChatResponse): void {
    const calls = toolCalls.map(({ name, args }) => `→ ${name}(${jsonOf(args)})`);
    const answer = this.told([text, ...calls].filter((line) => line !== '').join('\n'));
    this.put(id, { asked: this.kept.get(id)?.asked ?? [], answer });
  }

  private told(text: string): string {
    return cutText(this.redactor.text(text.slice(0, 4 * LONGEST_TEXT)), LONGEST_TEXT);
  }

  private put(id: string, content: ToldContent): void {
    this.remove(id);
    this.kept.set(id, content);
    this.size += sizeOf(content);
    for (const oldest of this.kept.keys()) {
      if (this.size <= MOST) break;
      this.remove(oldest);
    }
  }

  private remove(id: string): void {
    const content = this.kept.get(id);
    if (content === undefined) return;
    this.size -= sizeOf(content);
    this.kept.delete(id);
  }
}

/** The end of a long conversation says more than its beginning. */
function newest(messages: ToldContent['asked']): ToldContent['asked'] {
  const kept: ToldContent['asked'][number][] = [];
  let room = LONGEST_CALL;
  for (const message of messages.toReversed()) {
    room -= message.text.length;
    if (room < 0) break;
    kept.unshift(message);
  }
  return kept;
}

const sizeOf = ({ asked, answer }: ToldContent): number =>
  asked.reduce((sum, { text }) => sum + text.length, answer?.length ?? 0);

const textOf = ({ parts }: Message): string => parts.map(textOfPart).join('\n');

function textOfPart(part: Part): string {
  if (part.type === 'text' || part.type === 'reasoning') return part.text;
  if (part.type === 'tool-call') return `→ ${part.name}(${jsonOf(part.args)})`;
  return part.type === 'tool-result' ? part.content.map(textOfPart).join('\n') : `[${part.type}]`;
}

/** Arguments come from a model, or from the app: what has no JSON is not shown. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '…';
  }
}
