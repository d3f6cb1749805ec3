import { concatBytes } from '@majordomo/core/toolkit';
import { bodyBytes, type BodyLimits } from './body.ts';
import { invalid, object, type Fields } from './fields.ts';
import { FormReader } from './form-reader.ts';

/** Reads a form. */
export async function formBody(request: Request, limits: BodyLimits): Promise<FormData> {
  const bytes = (await bodyBytes(request, limits)) as Uint8Array<ArrayBuffer>;
  const { url, method, headers, signal } = request;
  // Unlike `formData`, the reader limits the number of parts.
  const reader = new FormReader(new Request(url, { method, headers, signal, body: bytes }), limits.maxBytes);
  const form = new FormData();
  for (let part = await reader.next(); part !== undefined; part = await reader.next()) {
    const { name, fileName, mediaType = '' } = part;
    const content = new Uint8Array(concatBytes(await reader.chunks()));
    if (fileName === undefined) form.append(name, new TextDecoder().decode(content));
    else form.append(name, new File([content], fileName, { type: mediaType }));
  }
  return form;
}

/** Returns the fields of a form, except `others` and empty fields. Refuses a repeated field of `once`. */
export function formFields(form: FormData, once: readonly string[], others: readonly string[]): Fields {
  for (const field of once) {
    if (form.getAll(field).length > 1) invalid(field, 'must be set only once');
  }
  const entries = [...form].filter(([field, value]) => !others.includes(field) && value !== '');
  return object(Object.fromEntries(entries), '');
}
