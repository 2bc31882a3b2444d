export const shells = ["bash", "zsh"] as const;
export type Shell = (typeof shells)[number];

/** What a shell runs once at its start; then it asks `yagura __complete WORD…` for what the last word may become. */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `# yagura: eval "$(yagura completion bash)" in ~/.bashrc
_yagura() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  local IFS=$'\\n'
  COMPREPLY=($("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  case "\${COMPREPLY[0]-}" in *[/.=]) compopt -o nospace ;; esac
  [ -n "$word" ] || [ "\${#COMPREPLY[@]}" -gt 0 ] || COMPREPLY=()
}
complete -o default -F _yagura yagura
`,
  zsh: `#compdef yagura
# yagura: eval "$(yagura completion zsh)" in ~/.zshrc, after compinit
_yagura() {
  local -a found
  found=("\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  [ -n "\${found[1]}" ] && compadd -Q -S '' -- "\${found[@]}" || _files
}
compdef _yagura yagura
`,
};
