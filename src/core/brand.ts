declare const brand: unique symbol;

/** A string that was checked once, at the edge, and is only ever made by the function that checks it. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name };
