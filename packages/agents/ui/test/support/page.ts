import * as ai7 from 'ai';
import * as ai5 from 'ai-5';
import * as ai6 from 'ai-6';
import type { UiMessage } from '../../src/index.ts';

export type Version = 5 | 6 | 7;
export const VERSIONS: readonly Version[] = [5, 6, 7];

/** Members of a chat that all versions have. */
export interface Chat {
  readonly status: string;
  readonly error: Error | undefined;
  readonly messages: UiMessage[];
  sendMessage(message: { text: string } | { parts: unknown[]; role: 'user' }): Promise<void>;
  resumeStream(): Promise<void>;
  stop(): Promise<void>;
  addToolApprovalResponse(response: { id: string; approved: boolean; reason?: string }): Promise<void>;
  addToolOutput(output: { tool: string; toolCallId: string; output: unknown }): Promise<void>;
}

interface Ai {
  readonly AbstractChat: new (init: object) => Chat;
  readonly DefaultChatTransport: new (init: object) => object;
  readonly uiMessageChunkSchema: () => {
    readonly jsonSchema: object | PromiseLike<object>;
    validate(value: unknown): Promise<{ success: boolean; error?: Error }>;
  };
  readonly safeValidateUIMessages: (options: {
    messages: unknown;
  }) => Promise<{ success: boolean; error?: Error }>;
  readonly lastAssistantMessageIsCompleteWithApprovalResponses?: unknown;
}

export const AI = { 5: ai5, 6: ai6, 7: ai7 } as unknown as Readonly<Record<Version, Ai>>;

/** Chat of the official client, with the texts that its screen has displayed. */
export interface Page {
  readonly chat: Chat;
  /** Text of the last assistant message after each change. */
  readonly screens: string[];
  /** Parts of the last message. */
  parts(): Record<string, unknown>[];
  last(): UiMessage;
}

export function openPage(
  version: Version,
  fetch: (request: Request) => Promise<Response>,
  init: { readonly id?: string; readonly messages?: UiMessage[] } = {},
): Page {
  const screens: string[] = [];
  const { AbstractChat, DefaultChatTransport, lastAssistantMessageIsCompleteWithApprovalResponses } =
    AI[version];
  const state = {
    status: 'ready',
    error: undefined,
    messages: init.messages ?? [],
    pushMessage(message: UiMessage) {
      state.messages = [...state.messages, message];
      record();
    },
    popMessage() {
      state.messages = state.messages.slice(0, -1);
    },
    replaceMessage(index: number, message: UiMessage) {
      state.messages = state.messages.with(index, structuredClone(message));
      record();
    },
    snapshot: <T>(value: T): T => structuredClone(value),
  };
  const record = (): void => {
    const last = state.messages.at(-1);
    if (last?.role === 'assistant') screens.push(textOf(last));
  };
  const transport = new DefaultChatTransport({
    api: 'http://chat.test/api/chat',
    fetch: (url: string, options: RequestInit) => fetch(new Request(url, options)),
  });
  const chat = new AbstractChat({
    id: init.id ?? 'chat-1',
    state,
    transport,
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
  });
  const last = (): UiMessage => state.messages.at(-1) ?? { id: '', role: 'user', parts: [] };
  return { chat, screens, last, parts: () => last().parts as Record<string, unknown>[] };
}

export const textOf = ({ parts }: UiMessage): string =>
  (parts as { type: string; text?: string }[])
    .filter(({ type }) => type === 'text')
    .map(({ text = '' }) => text)
    .join('');
