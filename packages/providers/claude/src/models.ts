import type { Capabilities } from '@majordomo/core';
import type { ClaudeQuirks } from './quirks.ts';

/** Facts about one model that are the same on every platform. Limits for images and files depend on the platform. */
export interface ClaudeModel {
  readonly capabilities: Omit<Capabilities, 'images' | 'files' | 'fileLimits'>;
  /** Maximum number of PDF pages per request, and of images on platforms without a separate limit for images. */
  readonly maxPages: number | undefined;
  /** Whether the model itself reads PDFs. For other models, a platform may extract the text of a PDF. */
  readonly readsPdf: boolean;
  /** Quirks that differ from `CLAUDE_QUIRKS`. */
  readonly quirks: Partial<ClaudeQuirks>;
}

/**
 * Returns a model with a context of 200,000 tokens, unless `facts` contains another size. A request may contain 100 images and
 * 100 PDF pages if the context has 200,000 tokens, and 600 of each if it is larger
 * (platform.claude.com/docs/en/build-with-claude/vision and /pdf-support, 2026-11).
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
  maxPages: 100,
  readsPdf: true,
  quirks,
});

/**
 * Models from 4.5 on support strict tools (structured outputs, platform.claude.com and AWS, 2026-11) and tool references (tool
 * search tool, platform.claude.com, 2026-11). Except for Haiku, they also write programs that call tools (programmatic tool
 * calling, platform.claude.com, 2026-11).
 */
const FROM_4_5: Partial<ClaudeQuirks> = { strictTools: true, toolReferences: true, programs: true };

/** Returns a model from 4.6 on: a context of a million tokens, 128,000 output tokens, output schemas, and no prefill. */
const millionTokenModel = (quirks: Partial<ClaudeQuirks>): ClaudeModel => ({
  ...model(
    128_000,
    { ...FROM_4_5, ...quirks },
    { output: 'native', prefill: false, contextTokens: 1_000_000 },
  ),
  maxPages: 600,
});

const NATIVE = { output: 'native' } as const;
const NO_THINKING: Partial<ClaudeQuirks> = { thinking: 'none', efforts: [] };
const BUDGET: Partial<ClaudeQuirks> = { thinking: 'budget', efforts: [] };
/** Accepted effort values (Anthropic's effort page, 2026-11, and models.dev, 2026-07). Models from 4.7 on accept all values. */
const UP_TO_HIGH: ClaudeQuirks['efforts'] = ['low', 'medium', 'high'];
const VERSION_4_6: Partial<ClaudeQuirks> = { sampling: 'one', efforts: [...UP_TO_HIGH, 'max'] };
/** From 4.7 on, thinking is only adaptive, the API sends thinking text only on request, and sampling parameters are rejected. */
const ADAPTIVE: Partial<ClaudeQuirks> = { thinkingText: 'on-request', sampling: 'none' };
/**
 * Models up to 4.7 reject a forced tool with adaptive thinking (pydantic-ai#4216, 2026-02; langchain-aws#1151, 2026-07), which is the
 * default of `CLAUDE_QUIRKS`. Sonnet 4.6 accepted both in a recording of 2026-08 (pydantic-ai#7283), but other reports differ. Models
 * from 4.8 on accept both together (langchain-aws#1141, 2026-07), except for some later models that reject every forced tool.
 */
const FORCED_ALWAYS: Partial<ClaudeQuirks> = { ...ADAPTIVE, forcedTools: 'always' };
const FORCED_NEVER: Partial<ClaudeQuirks> = { ...ADAPTIVE, forcedTools: 'never' };

const EARLY_3 = { ...model(4096, NO_THINKING, { reasoning: false }), readsPdf: false };

/** Models by name, newest first within a family. An unknown model has the quirks of the first model of its family. */
const MODELS: Readonly<Record<string, ClaudeModel>> = {
  // Opus 5.5 and Fable 5.1 reject disabled thinking and forced tools ("What's new in Claude Opus 5.5" and "… Fable 5.1").
  'opus-5-5': millionTokenModel({ ...FORCED_NEVER, thinkingOff: 'never' }),
  'opus-5': millionTokenModel({ ...FORCED_ALWAYS, thinkingOff: 'disabled' }),
  'opus-4-8': millionTokenModel(FORCED_ALWAYS),
  'opus-4-7': millionTokenModel(ADAPTIVE),
  'opus-4-6': millionTokenModel(VERSION_4_6),
  'opus-4-5': model(
    64_000,
    { ...FROM_4_5, thinking: 'budget', sampling: 'one', efforts: UP_TO_HIGH },
    NATIVE,
  ),
  'opus-4-1': model(32_000, { ...BUDGET, sampling: 'one' }),
  'opus-4': model(32_000, BUDGET),
  'opus-3': EARLY_3,
  // `between_tools` replaces `disabled`, and forced tool use is an error ("What's new in Claude Sonnet 5.5").
  'sonnet-5-5': millionTokenModel({ ...FORCED_NEVER, thinkingOff: 'between_tools' }),
  'sonnet-5': millionTokenModel({ ...FORCED_ALWAYS, thinkingOff: 'disabled' }),
  'sonnet-4-6': millionTokenModel(VERSION_4_6),
  'sonnet-4-5': model(64_000, { ...FROM_4_5, ...BUDGET, sampling: 'one' }, NATIVE),
  'sonnet-4': model(64_000, BUDGET),
  'sonnet-3-7': model(64_000, BUDGET),
  'sonnet-3-5': model(8192, NO_THINKING, { reasoning: false }),
  'sonnet-3': EARLY_3,
  'haiku-5-5': millionTokenModel({ ...FORCED_ALWAYS, thinkingOff: 'disabled', programs: false }),
  'haiku-4-5': model(64_000, { ...FROM_4_5, ...BUDGET, sampling: 'one', programs: false }, NATIVE),
  'haiku-3-5': model(8192, NO_THINKING, { reasoning: false }),
  'haiku-3': EARLY_3,
  'fable-5-2': millionTokenModel({ ...FORCED_NEVER, thinkingOff: 'never' }),
  'fable-5-1': millionTokenModel({ ...FORCED_NEVER, thinkingOff: 'never' }),
  'fable-5': millionTokenModel({ ...FORCED_ALWAYS, thinkingOff: 'never' }),
  'mythos-5-2': millionTokenModel({ ...FORCED_NEVER, thinkingOff: 'never' }),
  'mythos-5-1': millionTokenModel({ ...FORCED_NEVER, thinkingOff: 'never' }),
  'mythos-5': millionTokenModel({ ...FORCED_ALWAYS, thinkingOff: 'never' }),
  'mythos-preview': millionTokenModel({ ...FORCED_ALWAYS, thinkingOff: 'never' }),
};

/**
 * Returns the facts about a model. Accepts the ids of any platform: prefixes (`anthropic/`, `us.anthropic.`), dates and versions
 * (`-20250514`, `@20250514`, `-v1:0`), and `4.6` for `4-6`. A model newer than this table has the quirks of the newest known
 * model of its family, and no limits. Returns `undefined` if the id does not name a Claude model of version 3 or later.
 */
export function claudeModel(modelId: string): ClaudeModel | undefined {
  const name = modelName(modelId);
  if (name === undefined) return undefined;
  const known = Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  return known ?? newestOfFamily(name);
}

const FAMILY_FIRST =
  /claude-(?<family>opus|sonnet|haiku|fable|mythos)-(?<major>preview|\d{1,2})(?:[-.](?<minor>\d{1,2}))?(?!\d)/;
/** Matches ids in which the version precedes the family: ids up to 3.7, and some later ids at gateways. */
const VERSION_FIRST = /claude-(?<major>\d)(?:[-.](?<minor>\d))?-(?<family>opus|sonnet|haiku)/;

/** Returns the name of the model with this id, without the date, such as `opus-4-6`. */
function modelName(modelId: string): string | undefined {
  const { family, major, minor } = (FAMILY_FIRST.exec(modelId) ?? VERSION_FIRST.exec(modelId))?.groups ?? {};
  if (family === undefined || major === undefined) return undefined;
  return [family, major, ...(minor === undefined || minor === '0' ? [] : [minor])].join('-');
}

function newestOfFamily(name: string): ClaudeModel | undefined {
  const family = name.slice(0, name.indexOf('-') + 1);
  const newest = Object.entries(MODELS).find(([known]) => known.startsWith(family))?.[1];
  return newest && { capabilities: {}, maxPages: undefined, readsPdf: true, quirks: newest.quirks };
}
