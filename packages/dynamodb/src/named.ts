/** A counter in a sentence: `Counter "cart-7" in table "counters"`. */
export function named({ tableName }: { readonly tableName: string }, id: string): string {
  return `Counter ${quoted(id)} in table "${tableName}"`;
}

/** A value in a sentence: an id or a key as `"cart-7"`, an attribute as `{"N":"1.5"}`. */
export function quoted(value: unknown): string {
  return JSON.stringify(value);
}
