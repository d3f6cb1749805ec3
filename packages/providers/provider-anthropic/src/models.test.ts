import { expect, it } from 'vitest';
import { listModels, modelFacts } from './models.ts';

it("states the wire's image limits", () => {
  expect(modelFacts('claude-opus-5-5').capabilities.images).toMatchObject({
    maxBytes: 5_242_880,
    maxEdge: 8000,
    maxCount: 600,
    rules: [{ whenCountAbove: 20, maxEdge: 2000 }],
  });
  expect(modelFacts('claude-haiku-4-5').capabilities.images).toMatchObject({ maxCount: 100 });
});

it('accepts PDFs if the model reads them, up to its pages', () => {
  expect(modelFacts('claude-opus-5-5').capabilities).toMatchObject({
    files: ['application/pdf', 'text/plain'],
    fileLimits: { pdf: { maxTotalPages: 600 } },
  });
  expect(modelFacts('claude-3-haiku-20240307').capabilities.files).toBe(false);
});

it('lists a model whose PDF input the vendor reports as unsupported without any files', async () => {
  const capabilities = { pdf_input: { supported: false } };
  const page = { data: [{ id: 'claude-opus-5-5', capabilities }], has_more: false };
  const [model] = await listModels('anthropic', () => Promise.resolve(page));
  expect(model?.capabilities).toMatchObject({ files: false, citations: false });
  expect(model?.capabilities.resultFiles).toBeUndefined();
});

it('returns no capabilities for an unknown model', () => {
  expect(modelFacts('glm-5')).toEqual({ capabilities: {}, quirks: {} });
  expect(modelFacts('claude-opus-6').capabilities).toEqual({});
});
