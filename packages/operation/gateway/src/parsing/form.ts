import { bodyBytes } from './body.ts';
import { invalid, object, type Fields } from './fields.ts';

/** Reads a form. `most`: maximum size of the body in bytes. */
export async function formBody(request: Request, most: number): Promise<FormData> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\s*;/i.test(type)) invalid('', 'must be a form (multipart/form-data)');
  const bytes = await bodyBytes(request, most);
  try {
    // `formData` is deprecated because of its memory usage. Here, the maximum body size limits its memory usage.
    // oxlint-disable-next-line typescript/no-deprecated
    return await new Response(bytes, { headers: { 'content-type': type } }).formData();
  } catch {
    return invalid('', 'is not a valid form');
  }
}

/** Returns the fields of a form, except `others` and empty fields. Refuses a repeated field of `once`. */
export function formFields(form: FormData, once: readonly string[], others: readonly string[]): Fields {
  for (const field of once) {
    if (form.getAll(field).length > 1) invalid(field, 'must be set only once');
  }
  const entries = [...form].filter(([field, value]) => !others.includes(field) && value !== '');
  return object(Object.fromEntries(entries), '');
}
