/** Lists the shells for which there is a completion script. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * The scripts that users load into their shells. At each key press they run `hoist complete` with the words so far, so the
 * completions always fit the installed version and the current repository.
 */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# Completion of hoist for bash. In ~/.bashrc: source <(hoist completion bash)
_hoist() {
  local word=\${COMP_WORDS[COMP_CWORD]} lines value rest
  [[ $word == "=" ]] && word=
  COMPREPLY=()
  lines=$("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return
  if [[ $lines == ":files" ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "$word")
    return
  fi
  while IFS=$'\\t' read -r value rest; do
    [[ -n $value && $value == "$word"* ]] && COMPREPLY+=("$value")
  done <<<"$lines"
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -F _hoist hoist
`,
  zsh: `#compdef hoist
# Completion of hoist for zsh. In ~/.zshrc, after compinit: source <(hoist completion zsh)
_hoist() {
  local line
  local -a lines plain open
  lines=("\${(@f)$("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ \${lines[1]} == ":files" ]]; then
    _files
    return
  fi
  for line in "\${lines[@]}"; do
    [[ -z $line ]] && continue
    local value=\${\${line%%$'\\t'*}//:/\\\\:} about=\${line#*$'\\t'}
    if [[ $value == *= ]]; then open+=("$value:$about"); else plain+=("$value:$about"); fi
  done
  (( \${#plain} )) && _describe hoist plain
  (( \${#open} )) && _describe hoist open -S ''
}
if [[ \${funcstack[1]} == _hoist ]]; then _hoist "$@"; else compdef _hoist hoist; fi
`,
  fish: `# Completion of hoist for fish. In ~/.config/fish/config.fish: hoist completion fish | source
function __hoist_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l lines ($words[1] complete -- $words[2..-1] "$word" 2>/dev/null)
    if test "$lines[1]" = ":files"
        __fish_complete_path "$word"
    else
        printf '%s\\n' $lines
    end
end
complete -c hoist -f -a '(__hoist_complete)'
`,
};
