/** A new password, typed twice: says how good it is while it is typed, and why it can't be used. */
import { normalizePassword, type PasswordRules } from 'sekisho/contract'
import type { PasswordVerdict } from 'sekisho/password-rules'
import type { FormWords } from '../form/form-words.ts'
import { part } from '../form/part.ts'
import { SecretField } from '../form/secret-field.ts'
import type { Objection } from '../form/secret-form.ts'
import { make } from '../make.ts'
import type { PasswordJudge } from './password-judge.ts'
import { describeReason, describeStrength, meterOf, type PasswordWords } from './password-words.ts'

export class NewPassword {
  readonly fields: readonly SecretField[]
  readonly #first: SecretField
  readonly #again: SecretField
  readonly #hint = part('new-hint', HTMLParagraphElement)
  readonly #meter = part('meter', HTMLDivElement)
  readonly #strength = part('strength', HTMLParagraphElement)
  readonly #reasons = part('reasons', HTMLUListElement)
  readonly #words: PasswordWords
  readonly #judge: PasswordJudge
  #rules: PasswordRules | undefined

  constructor(words: PasswordWords, formWords: FormWords, judge: PasswordJudge) {
    this.#words = words
    this.#judge = judge
    this.#first = new SecretField('new-password', formWords)
    this.#again = new SecretField('new-password-again', formWords)
    this.fields = [this.#first, this.#again]
    this.#first.input.addEventListener('focus', () => judge.load())
    this.#first.input.addEventListener('input', () => void this.#look())
  }

  /** The rules that this page's gate has. */
  set rules(rules: PasswordRules) {
    this.#rules = rules
    this.#hint.textContent = this.#words.hint.replace('{least}', String(rules.least))
    // Safari's password generator reads it.
    this.#first.input.setAttribute('passwordrules', `minlength: ${String(Math.max(rules.least, 20))};`)
  }

  get input(): HTMLInputElement {
    return this.#first.input
  }

  focus(): void {
    this.input.focus()
  }

  clear(): void {
    this.#show(undefined)
    for (const field of this.fields) field.clear()
  }

  /** The password in the form to register, or what is wrong with it. */
  async take(): Promise<string | Objection> {
    const { typed } = this.#first
    if (typed === '') return { text: this.#words.empty, input: this.#first.input }
    const verdict = await this.#look()
    if (verdict === undefined) return { text: this.#words.unchecked, input: this.#first.input }
    if (!verdict.ok) return { text: this.#words.unusable, input: this.#first.input }
    // Which of the two is wrong nobody knows; the second is typed again.
    if (normalizePassword(this.#again.typed) !== verdict.password) {
      const text = this.#again.typed === '' ? this.#words.emptyAgain : this.#words.differ
      return { text, input: this.#again.input }
    }
    return verdict.password
  }

  /** Undefined when there is nothing to say of what stands there now. */
  async #look(): Promise<PasswordVerdict | undefined> {
    const { typed } = this.#first
    if (typed === '' || this.#rules === undefined) {
      this.#show(undefined)
      return undefined
    }
    if (this.#reasons.childElementCount === 0 && this.#meter.dataset['score'] === undefined)
      this.#strength.textContent = this.#words.checking
    const judgement = await this.#judge.judge(typed, this.#rules)
    // Whoever typed on is told about what stands there now.
    if (judgement === 'overtaken' || typed !== this.#first.typed) return undefined
    if (judgement === 'unreachable') {
      this.#show(undefined)
      this.#strength.textContent = this.#words.unchecked
      return undefined
    }
    this.#show(judgement)
    return judgement
  }

  #show(verdict: PasswordVerdict | undefined): void {
    const reasons = verdict === undefined || verdict.ok ? [] : verdict.reasons
    this.#reasons.replaceChildren(
      ...reasons.map((reason) => make('li', {}, describeReason(reason, this.#words))),
    )
    if (verdict === undefined) delete this.#meter.dataset['score']
    else this.#meter.dataset['score'] = String(meterOf(verdict))
    this.#strength.textContent = verdict === undefined ? '' : describeStrength(verdict, this.#words)
  }
}
