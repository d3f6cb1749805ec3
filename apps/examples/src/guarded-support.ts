import { createAgent, defineTool, type Agent } from '@majordomo/agent';
import type { ChatModel } from '@majordomo/core';
import { forbid, guarded, guardedTool, PII_RULES, type Check, type MaskOptions } from '@majordomo/guards';
import * as z from 'zod';

/** Entity that the analyzer of Presidio found. */
interface Entity {
  readonly entity_type: string;
  readonly start: number;
  readonly end: number;
  readonly score: number;
}

/** Returns a finder that calls `POST /analyze` of Presidio's analyzer, and uses entities with a score of at least 0.5. */
export function presidio(url: string): NonNullable<MaskOptions['find']> {
  return async (text, { signal }) => {
    const body = JSON.stringify({ text, language: 'en', entities: ['PERSON', 'LOCATION'] });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/analyze`, { method: 'POST', headers, body, signal });
    if (!response.ok) throw new Error(`the analyzer returned status ${response.status}`);
    const entities = (await response.json()) as readonly Entity[];
    return entities
      .filter(({ score }) => score >= 0.5)
      .map(({ entity_type: label, start, end }) => ({ label, start, end }));
  };
}

const smallRefunds: Check = {
  name: 'small-refunds',
  check: ({ args }) =>
    Number(args?.['cents']) > 10_000 ? { deny: 'refunds above 100 EUR need a supervisor' } : undefined,
};

/**
 * Creates a support agent. The vendor receives placeholders instead of the personal data that the rules and the analyzer find.
 * Large refunds are refused. No answer mentions a competitor.
 */
export function supportAgent(
  model: ChatModel,
  analyzerUrl: string,
  refund: (name: string, cents: number) => Promise<string>,
  onEvent?: Parameters<typeof guarded>[1]['onEvent'],
): Agent {
  const tool = defineTool({
    name: 'refund',
    description: 'Refunds a customer',
    parameters: z.object({ name: z.string(), cents: z.number().int() }),
    effect: 'once',
    run: ({ name, cents }) => refund(name, cents),
  });
  return createAgent({
    model: guarded(model, {
      mask: { rules: PII_RULES, find: presidio(analyzerUrl) },
      output: [forbid({ name: 'competitors', patterns: ['Acme Corp'], kind: 'content-filter' })],
      onEvent,
    }),
    tools: [guardedTool(tool, { checks: [smallRefunds], onEvent })],
  });
}
