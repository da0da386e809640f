/** The checkpoint gate in the fewest strokes, for the size of a button. */

export const markViewBox = '0 0 24 24'
export const markPath =
  'M1 5q11 1 22 0v3.5q-2 .2-3.5.3V21.5h-3V16h-9v5.5h-3V8.8Q3 8.7 1 8.5zM7.5 9v4.5h9V9q-4.5.2-9 0z'
