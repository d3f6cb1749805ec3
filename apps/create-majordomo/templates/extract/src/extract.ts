import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LlmError, user, type ChatModel } from '@majordomo/core';
import * as z from 'zod';

export const Invoice = z.object({
  number: z.string(),
  issued: z.iso.date(),
  total: z.number().describe('Total amount including tax'),
  currency: z.enum(['EUR', 'USD', 'GBP']),
});

/** Values of a document, or the reason why it has none. */
export type Extracted =
  | ({ readonly file: string } & z.infer<typeof Invoice>)
  | { readonly file: string; readonly failed: string; readonly message: string };

/** Maximum number of output tokens of a call. A low number reserves a small part of the budget. */
const MAX_TOKENS = 500;

/** Extracts an invoice from each file of a folder. A failure of one document does not end the others. */
export async function extractFolder(model: ChatModel, folder: string): Promise<readonly Extracted[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(files.sort().map((file) => extract(model, folder, file)));
}

async function extract(model: ChatModel, folder: string, file: string): Promise<Extracted> {
  try {
    const messages = [user('Extract the invoice.', await readFile(join(folder, file), 'utf8'))];
    const { value } = await model.generateObject({ messages, output: Invoice, maxTokens: MAX_TOKENS });
    return { file, ...value };
  } catch (error) {
    if (LlmError.is(error)) return { file, failed: error.kind, message: error.message };
    // Thrown here, the failure of a file would lose the paid values of the other files.
    return { file, failed: 'other', message: String(error) };
  }
}
