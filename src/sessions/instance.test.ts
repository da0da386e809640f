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

  it('that is damaged is refused: it would become part of a cookie name', async () => {
    const { meta } = makeMemoryStore()
    await meta.getOrSet('instance', 'a; Domain=x')
    await expect(readInstance(meta)).rejects.toMatchObject({ code: 'store-unusable' })
  })
})
