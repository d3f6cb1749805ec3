import type { Capabilities } from '@majordomo/core';
import type { ClaudeQuirks } from './quirks.ts';

/** What is known of one model, wherever it runs. What a platform makes of images and files is the platform's. */
export interface ClaudeModel {
  readonly capabilities: Omit<Capabilities, 'images' | 'files' | 'fileLimits'>;
  /** Pages of all PDFs of a request, and images of a request where the platform has no limit of its own. */
  readonly mostPages: number | undefined;
  /** Reads PDFs itself; elsewhere a platform may take their text out for it. */
  readonly readsPdf: boolean;
  /** Where it differs from `CLAUDE_QUIRKS`. */
  readonly quirks: Partial<ClaudeQuirks>;
}

/**
 * A model of the 200,000-token generations. 100 images and 100 PDF pages a request with a context of 200,000 tokens,
 * 600 above it: platform.claude.com/docs/en/build-with-claude/vision and /pdf-support, 2026-11.
 */
const model = (
  maxOutputTokens: number,
  quirks: Partial<ClaudeQuirks>,
  facts: ClaudeModel['capabilities'] = {},
): ClaudeModel => ({
  capabilities: {
    tools: true,
    output: 'tool',
    reasoning: true,
    prefill: true,
    audio: false,
    contextTokens: 200_000,
    maxOutputTokens,
    ...facts,
  },
  mostPages: 100,
  readsPdf: true,
  quirks,
});

/** What knows output schemas knows strict tools (structured outputs, platform.claude.com and AWS, 2026-11). */
const HELD: Partial<ClaudeQuirks> = { strictTools: true };

/** From 4.6 on: a million tokens, 128,000 out, structured output, no prefill. */
const million = (quirks: Partial<ClaudeQuirks>): ClaudeModel => ({
  ...model(128_000, { ...HELD, ...quirks }, { output: 'native', prefill: false, contextTokens: 1_000_000 }),
  mostPages: 600,
});

const NATIVE = { output: 'native' } as const;
const NO_THINKING: Partial<ClaudeQuirks> = { thinking: 'none', efforts: [] };
const BUDGET: Partial<ClaudeQuirks> = { thinking: 'budget', efforts: [] };
/** Words for effort by model: the effort page, 2026-11, and models.dev of 2026-07. From 4.7 on all of them. */
const UP_TO_HIGH: ClaudeQuirks['efforts'] = ['low', 'medium', 'high'];
const OF_4_6: Partial<ClaudeQuirks> = { sampling: 'one', efforts: [...UP_TO_HIGH, 'max'] };
/** From 4.7 on thinking is adaptive only, its text comes on request, sampling is gone. */
const ADAPTIVE: Partial<ClaudeQuirks> = { thinkingText: 'on-request', sampling: 'none' };
/**
 * A forced tool together with adaptive thinking: refused up to 4.7 (pydantic-ai#4216, 2026-02; langchain-aws#1151,
 * 2026-07), taken from 4.8 on (langchain-aws#1141, 2026-07), and some later models take no force at all. For Sonnet 4.6
 * there is a recording of 2026-08 where it was taken (pydantic-ai#7283): while reports differ, thinking is left out.
 */
const FORCIBLE: Partial<ClaudeQuirks> = { ...ADAPTIVE, forcedTools: 'always' };
const UNFORCIBLE: Partial<ClaudeQuirks> = { ...ADAPTIVE, forcedTools: 'never' };

const EARLY_3 = { ...model(4096, NO_THINKING, { reasoning: false }), readsPdf: false };

/**
 * Newest first within a family: the first of a family stands for those of it that are not known.
 *
 * Sources, all of 2026-11: the models overview, the page of each model, "What's new", migration guides and the effort
 * page of platform.claude.com; the types of @anthropic-ai/sdk 1.10 (`Model`, `ThinkingTypes`); models.dev of 2026-07-02
 * for limits of models up to 4.5. Where these differ, the vendor's page of the model counts: it gives Sonnet 4.6 128,000
 * tokens of output, while models.dev still has the 64,000 of its announcement for most platforms.
 */
const MODELS: Readonly<Record<string, ClaudeModel>> = {
  // "What's new in Claude Opus 5.5", and of Fable 5.1 too: thinking cannot be disabled, forced tool use is an error.
  'opus-5-5': million({ ...UNFORCIBLE, thinkingOff: 'never' }),
  'opus-5': million({ ...FORCIBLE, thinkingOff: 'disabled' }),
  'opus-4-8': million(FORCIBLE),
  'opus-4-7': million(ADAPTIVE),
  'opus-4-6': million(OF_4_6),
  'opus-4-5': model(64_000, { ...HELD, thinking: 'budget', sampling: 'one', efforts: UP_TO_HIGH }, NATIVE),
  'opus-4-1': model(32_000, { ...BUDGET, sampling: 'one' }),
  'opus-4': model(32_000, BUDGET),
  'opus-3': EARLY_3,
  // "What's new in Claude Sonnet 5.5": `between_tools` stands for `disabled`; forced tool use is an error.
  'sonnet-5-5': million({ ...UNFORCIBLE, thinkingOff: 'between_tools' }),
  'sonnet-5': million({ ...FORCIBLE, thinkingOff: 'disabled' }),
  'sonnet-4-6': million(OF_4_6),
  'sonnet-4-5': model(64_000, { ...HELD, ...BUDGET, sampling: 'one' }, NATIVE),
  'sonnet-4': model(64_000, BUDGET),
  'sonnet-3-7': model(64_000, BUDGET),
  'sonnet-3-5': model(8192, NO_THINKING, { reasoning: false }),
  'sonnet-3': EARLY_3,
  'haiku-5-5': million({ ...FORCIBLE, thinkingOff: 'disabled' }),
  'haiku-4-5': model(64_000, { ...HELD, ...BUDGET, sampling: 'one' }, NATIVE),
  'haiku-3-5': model(8192, NO_THINKING, { reasoning: false }),
  'haiku-3': EARLY_3,
  'fable-5-2': million({ ...UNFORCIBLE, thinkingOff: 'never' }),
  'fable-5-1': million({ ...UNFORCIBLE, thinkingOff: 'never' }),
  'fable-5': million({ ...FORCIBLE, thinkingOff: 'never' }),
  'mythos-5-2': million({ ...UNFORCIBLE, thinkingOff: 'never' }),
  'mythos-5-1': million({ ...UNFORCIBLE, thinkingOff: 'never' }),
  'mythos-5': million({ ...FORCIBLE, thinkingOff: 'never' }),
  'mythos-preview': million({ ...FORCIBLE, thinkingOff: 'never' }),
};

/**
 * What is known of a model by its id, in any platform's spelling: prefixes (`anthropic/`, `us.anthropic.`), dates and
 * versions behind it (`-20250514`, `@20250514`, `-v1:0`) and `4.6` for `4-6` do not matter. A model of a family that is
 * newer than this table is asked as the newest known one of its family, and nothing is claimed of its limits. `undefined`
 * where the id names no Claude of the third generation or later.
 */
export function claudeModel(modelId: string): ClaudeModel | undefined {
  const name = nameIn(modelId);
  if (name === undefined) return undefined;
  const known = Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  return known ?? unclaimed(name);
}

const FAMILY_FIRST =
  /claude-(?<family>opus|sonnet|haiku|fable|mythos)-(?<major>preview|\d{1,2})(?:[-.](?<minor>\d{1,2}))?(?!\d)/;
/** Up to 3.7, and at some gateways later. */
const VERSION_FIRST = /claude-(?<major>\d)(?:[-.](?<minor>\d))?-(?<family>opus|sonnet|haiku)/;

/** Such as `opus-4-6`; the date behind a version is not part of it. */
function nameIn(modelId: string): string | undefined {
  const { family, major, minor } = (FAMILY_FIRST.exec(modelId) ?? VERSION_FIRST.exec(modelId))?.groups ?? {};
  if (family === undefined || major === undefined) return undefined;
  return [family, major, ...(minor === undefined || minor === '0' ? [] : [minor])].join('-');
}

function unclaimed(name: string): ClaudeModel | undefined {
  const family = name.slice(0, name.indexOf('-') + 1);
  const newest = Object.entries(MODELS).find(([known]) => known.startsWith(family))?.[1];
  return newest && { capabilities: {}, mostPages: undefined, readsPdf: true, quirks: newest.quirks };
}
