/** The `Content-Type` of a body, in the few forms that are read (RFC 9110 section 8.3.1). */

export type BodyType = { readonly kind: 'json' } | { readonly kind: 'form'; readonly boundary: string }

// RFC 8259 section 11 defines no parameter; axios and others send this one, and it changes nothing.
const json = /^application\/json(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?$/i

// RFC 2046 section 5.1.1: 1 to 70 of these, the last no space; those that are no token stand in quotes.
const form =
  /^multipart\/form-data[ \t]*;[ \t]*boundary=(?:"([\w'()+,\-./:=? ]{0,69}[\w'()+,\-./:=?])"|([\w'+.-]{1,70}))$/i

/** Undefined for every other type, and for parameters that could change how the body is read. */
export function parseBodyType(contentType: string): BodyType | undefined {
  if (json.test(contentType)) return { kind: 'json' }
  const found = form.exec(contentType)
  const boundary = found?.[1] ?? found?.[2]
  return boundary === undefined ? undefined : { kind: 'form', boundary }
}
