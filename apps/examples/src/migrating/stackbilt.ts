import {
  image,
  user,
  type CallEvent,
  type CallOptions,
  type ChatModel,
  type ChatResponse,
  type Gate,
  type Majordomo,
} from '@majordomo/core';
import type { Limit } from '@majordomo/ledger';
import * as z from 'zod';

// #region stackbilt-from-env
const BY_KEY = {
  ANTHROPIC_API_KEY: 'anthropic/claude-sonnet-4-5',
  OPENAI_API_KEY: 'openai/gpt-5-mini',
  GROQ_API_KEY: 'groq/llama-3.3-70b-versatile',
};

/** Replaces `LLMProviders.fromEnv(env)`. Returns a chain of the targets whose key is set, in this order. */
export function chainFromEnv(env: Readonly<Record<string, unknown>>): string {
  const found = Object.entries(BY_KEY).filter(([key]) => typeof env[key] === 'string' && env[key] !== '');
  return found.map(([, target]) => target).join(',');
}
// #endregion

// #region stackbilt-generate
/** Replaces `generateResponse({ systemPrompt, messages, maxTokens, tenantId, requestId })`. */
export function generateResponse(model: ChatModel, text: string, call: CallOptions): Promise<ChatResponse> {
  return model.generate({ system: 'Be brief.', messages: [user(text)], maxTokens: 500 }, call);
}
// #endregion

// #region stackbilt-classify
const Verdict = z.object({ label: z.enum(['bug', 'idea', 'other']), confidence: z.number().min(0).max(1) });

/** Replaces `classify(input, { schema, confidenceField })`. The value is validated and typed. */
export async function classify(model: ChatModel, text: string): Promise<z.infer<typeof Verdict>> {
  const { value } = await model.generateObject({ messages: [user(text)], output: Verdict, temperature: 0 });
  return value;
}
// #endregion

// #region stackbilt-image
/** Replaces `analyzeImage({ image: { data, mimeType }, prompt })`. Images are bytes instead of base64. */
export async function analyzeImage(
  model: ChatModel,
  { data, mimeType }: { readonly data: string; readonly mimeType: string },
  prompt: string,
): Promise<string> {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  return (await model.generate({ messages: [user(prompt, image(bytes, mimeType))] })).text;
}
// #endregion

// #region stackbilt-hooks
/** Replaces `onRequestStart`, `onRetry`, `onFallback`, `onCircuitStateChange`, `onRequestEnd` and others with one listener. */
export function hooks(log: (line: string) => void): (event: CallEvent) => void {
  return (event) => {
    if (event.type === 'attempt-start') log(`start ${event.target} #${event.attempt}`);
    if (event.type === 'attempt-failed') log(`failed ${event.target}: ${event.error.kind}`);
    if (event.type === 'benched' || event.type === 'recovered') log(`${event.type} ${event.target}`);
    if (event.type === 'call-end') log(`${event.outcome} ${event.response?.target ?? ''}`.trim());
  };
}
// #endregion

// #region stackbilt-quota
/** Replaces `quotaHook.check` and `.record`. A denial affects only this call, not the health of a target. */
export function quota(left: Map<string, number>): Gate {
  return {
    name: 'quota',
    admit({ call: { tenant = '' } }) {
      if ((left.get(tenant) ?? 0) <= 0) return { deny: `no tokens left for ${tenant}` };
      return {
        settle({ usage }) {
          left.set(tenant, (left.get(tenant) ?? 0) - (usage?.input ?? 0) - (usage?.output ?? 0));
        },
      };
    },
  };
}
// #endregion

// #region stackbilt-breakers
/** Replaces `CircuitBreakerManager.serialize`, `getHealth` and `getExhaustedProviders`. `health.restore` accepts the snapshot. */
export function breakers({ health }: Majordomo): { readonly saved: string; readonly out: readonly string[] } {
  const snapshot = health.snapshot();
  const out = Object.keys(snapshot).filter((target) => snapshot[target]?.state !== 'healthy');
  return { saved: JSON.stringify(snapshot), out };
}
// #endregion

// #region stackbilt-credit-ledger
interface Budget {
  readonly provider: string;
  readonly model?: string;
  /** Monthly budget in USD. */
  readonly monthlyBudget: number;
  readonly rateLimits?: {
    readonly rpm?: number;
    readonly tpm?: number;
    readonly rpd?: number;
    readonly tpd?: number;
  };
}

/** Replaces `new CreditLedger({ budgets })`: limits of money per month, and of requests and tokens per minute and day. */
export function limitsOf({ provider, model, monthlyBudget, rateLimits = {} }: Budget): readonly Limit[] {
  const target = model === undefined ? undefined : `${provider}/${model}`;
  const where = target === undefined ? { provider: [provider] } : { target: [target] };
  const name = target ?? provider;
  const { rpm, rpd, tpm, tpd } = rateLimits;
  return [
    { name: `${name} month`, max: { usd: monthlyBudget.toFixed(9) }, per: 'month', where },
    ...(rpm === undefined
      ? []
      : [{ name: `${name} rpm`, max: { requests: rpm }, per: 'minute', where } as const]),
    ...(rpd === undefined
      ? []
      : [{ name: `${name} rpd`, max: { requests: rpd }, per: 'day', where } as const]),
    ...(tpm === undefined
      ? []
      : [{ name: `${name} tpm`, max: { tokens: tpm }, per: 'minute', where } as const]),
    ...(tpd === undefined ? [] : [{ name: `${name} tpd`, max: { tokens: tpd }, per: 'day', where } as const]),
  ];
}
// #endregion
