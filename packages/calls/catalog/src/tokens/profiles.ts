/**
 * Rule by which a model counts the tokens of an image. `longest`: maximum length of the long side in pixels, to which a larger image is
 * scaled down. `most`: maximum number of tokens, or of patches before they are multiplied by `factor`.
 */
export type ImageRule =
  | { readonly by: 'area'; readonly longest: number; readonly pixelsPerToken: number; readonly most: number }
  | { readonly by: 'tiles'; readonly base: number; readonly tile: number }
  | { readonly by: 'patches'; readonly factor: number; readonly most: number }
  | { readonly by: 'crops'; readonly crop: number }
  | { readonly by: 'picture'; readonly tokens: number };

/** Rule for models without a known rule. The rule assumes more tokens than most vendors count. */
export const ANY_IMAGE: ImageRule = { by: 'picture', tokens: 1600 };

/** Rules by pattern of the model id. The first match applies. Source: documentation of the vendors, 2026-11. */
export const IMAGE_RULES: readonly (readonly [model: RegExp, rule: ImageRule])[] = [
  // Claude (platform.claude.com/docs/en/build-with-claude/vision): width × height / 750, after the image is scaled down.
  [
    /claude-(?:opus-4-[7-9]|opus-[5-9]|sonnet-[5-9]|haiku-[5-9]|fable)/,
    { by: 'area', longest: 2576, pixelsPerToken: 750, most: 4784 },
  ],
  [/claude/, { by: 'area', longest: 1568, pixelsPerToken: 750, most: 1640 }],
  // OpenAI (platform.openai.com/docs/guides/images-vision): patches of 32 pixels times a factor, or tiles of 512 pixels.
  [/gpt-(?:4\.1|5(?:\.\d)?)-mini|gpt-5\.\d/, { by: 'patches', factor: 1.62, most: 1536 }],
  [/gpt-(?:4\.1|5)-nano/, { by: 'patches', factor: 2.46, most: 1536 }],
  [/o4-mini/, { by: 'patches', factor: 1.72, most: 1536 }],
  [/gpt-4o-mini/, { by: 'tiles', base: 2833, tile: 5667 }],
  [/gpt-5/, { by: 'tiles', base: 70, tile: 140 }],
  [/\bo[13]\b/, { by: 'tiles', base: 75, tile: 150 }],
  [/gpt-4|chatgpt/, { by: 'tiles', base: 85, tile: 170 }],
  // Gemini (ai.google.dev/gemini-api/docs/media-resolution): crops of 258 tokens before Gemini 3. From Gemini 3 on, 1,120 tokens
  // per image by default.
  [/gemini-[12]/, { by: 'crops', crop: 258 }],
  [/gemini/, { by: 'picture', tokens: 1120 }],
];

/** Whether a vendor's rule is known for images of this model. */
export const hasImageRule = (model: string): boolean => IMAGE_RULES.some(([pattern]) => pattern.test(model));

/** Maximum tokens of the text of a page. platform.claude.com/docs/en/build-with-claude/pdf-support states 1,500 to 3,000. */
const PAGE_TEXT = 3000;

/**
 * Returns the maximum number of tokens of a PDF page. Claude and OpenAI process the text and an image of the page. Gemini
 * processes only an image (258 tokens, up to 1,120 from Gemini 3 on: ai.google.dev/gemini-api/docs/document-processing).
 */
export function tokensOfPdfPage(model: string = ''): number {
  if (/gemini-[12]/.test(model)) return 258;
  if (model.includes('gemini')) return 1120;
  const rule = IMAGE_RULES.find(([pattern]) => pattern.test(model))?.[1] ?? ANY_IMAGE;
  return PAGE_TEXT + tokensOfPage(rule);
}

/** Returns the tokens of a page as an image with edges of 2,048 pixels. */
function tokensOfPage(rule: ImageRule): number {
  switch (rule.by) {
    case 'picture':
      return rule.tokens;
    case 'area':
      return rule.most;
    case 'tiles':
      return rule.base + 4 * rule.tile;
    case 'patches':
      return Math.ceil(rule.factor * rule.most);
    case 'crops':
      return 9 * rule.crop;
  }
}

/** Tokens that a vendor adds to every request, and further tokens that it adds to requests with tools or a schema. */
export interface HiddenTokens {
  readonly plain: number;
  readonly tools: number;
  /** Tokens that are added to a request with a schema for the output. `@default 0` */
  readonly schema?: number;
  /** Whether the model reads the schema. Otherwise, the schema only limits the output. `@default true` */
  readonly readsSchema?: boolean;
  /** Maximum number of tokens that were added to a request without tools, in a hundred recordings. */
  readonly maxPlain: number;
  readonly maxTools: number;
}

/** Values for vendors without measurements. */
export const ANY_HIDDEN: HiddenTokens = { plain: 0, tools: 100, maxPlain: 110, maxTools: 1100 };

/** Hidden tokens by vendor: the reported input of recordings of 2024 to 2026, minus an estimate of the content. */
export const HIDDEN: Readonly<Record<string, HiddenTokens>> = {
  anthropic: { plain: 0, tools: 500, schema: 170, maxPlain: 60, maxTools: 1150 },
  'amazon-bedrock': { plain: 0, tools: 330, maxPlain: 110, maxTools: 1100 },
  azure: { plain: 0, tools: 0, maxPlain: 60, maxTools: 150 },
  cohere: { plain: 490, tools: 900, maxPlain: 550, maxTools: 1050 },
  deepseek: { plain: 0, tools: 210, maxPlain: 110, maxTools: 350 },
  google: { plain: 0, tools: 0, readsSchema: false, maxPlain: 60, maxTools: 150 },
  mistral: { plain: 0, tools: 10, maxPlain: 110, maxTools: 150 },
  openai: { plain: 0, tools: 0, maxPlain: 60, maxTools: 150 },
};

/** Claude until 4.1. The instructions for tools of these models are shorter. */
const OLDER_CLAUDE = /claude-(?:3|(?:opus|sonnet)-4-(?:[01]$|[01]-|20))/;
const OLDER_CLAUDE_TOOLS = 340;

/** Returns the tokens that a vendor adds to a request for a model. */
export function hiddenTokens(vendor: string, model: string = ''): Required<HiddenTokens> {
  const known = (Object.hasOwn(HIDDEN, vendor) ? HIDDEN[vendor] : undefined) ?? ANY_HIDDEN;
  const { plain, schema = 0, readsSchema = true, maxPlain, maxTools } = known;
  const tools = vendor === 'anthropic' && OLDER_CLAUDE.test(model) ? OLDER_CLAUDE_TOOLS : known.tools;
  return { plain, tools, schema, readsSchema, maxPlain, maxTools };
}
