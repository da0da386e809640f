/** Brands: strings that must not be mixed up, told apart by the compiler at no cost at run time. */

declare const brand: unique symbol

/** A `T` that only the one maker named in the brand's own file may make, by a cast that a test counts. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name }
