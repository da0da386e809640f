/** The instance's name. */
import { describe, expect, it } from 'vitest'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import { readInstance } from './instance.ts'

describe('the instance', () => {
  it('is chosen once and kept', async () => {
    const { meta } = makeMemoryStore()
    const instance = await readInstance(meta)
    expect(instance).toMatch(/^[a-z0-9]{8}$/)
    expect(await readInstance(meta)).toBe(instance)
    expect(await readInstance(makeMemoryStore().meta)).not.toBe(instance)
  })

  it.each(['a; Domain=x', 'abcd2345; Domain=x', 'x=y; abcd2345', 'ABCD2345', 'abcd234', ''])(
    'that is damaged is refused: it would become part of a cookie name (%j)',
    async (damaged) => {
      const { meta } = makeMemoryStore()
      await meta.getOrSet('instance', damaged)
      await expect(readInstance(meta)).rejects.toMatchObject({ code: 'store-unusable' })
    },
  )
})
