/** An upload of one file as clients send it, and the file in what the app gets. */

/** Boundary `x`. */
export const uploadType = 'multipart/form-data; boundary=x'
export const uploadStart = Buffer.from(
  '--x\r\ncontent-disposition: form-data; name="files"; filename="a.bin"\r\n\r\n',
)
export const uploadEnd = Buffer.from('\r\n--x--\r\n')

export function uploadOf(bytes: Uint8Array): Buffer {
  return Buffer.concat([uploadStart, bytes, uploadEnd])
}

/** Between the first part's head and the last boundary, whichever that is. */
export function fileIn(body: Buffer): Buffer {
  const end = body.lastIndexOf('\r\n--')
  return body.subarray(body.indexOf('\r\n\r\n') + 4, end)
}
