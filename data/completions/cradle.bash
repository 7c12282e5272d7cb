# bash completion for cradle. Made by "cradle completion"; a test holds it equal to the commands.

_cradle_live() {
  local word label
  while IFS=$'\t' read -r word label; do
    [[ $word == "$cur"* ]] && COMPREPLY+=("$(printf '%q' "$word")")
  done < <(cradle complete "$@" 2>/dev/null)
}

_cradle() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command='' word skip=''
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $skip ]]; then skip=''; continue; fi
    case $word in
      --bus) skip=1 ;;
      -*) ;;
      *) command=$word; break ;;
    esac
  done
  case $prev in
      --bus) COMPREPLY=(); return ;;
      --direction) COMPREPLY=($(compgen -W 'both to-device to-desktop' -- "$cur")); return ;;
      --conflicts) COMPREPLY=($(compgen -W 'merge device desktop newest both ask' -- "$cur")); return ;;
      --first-sync) COMPREPLY=($(compgen -W 'ask combine keep-device keep-desktop' -- "$cur")); return ;;
      --trigger) COMPREPLY=(); return ;;
      --interval) COMPREPLY=(); return ;;
      --include) COMPREPLY=(); return ;;
      --exclude) COMPREPLY=(); return ;;
      --add) COMPREPLY=($(compgen -d -- "$cur")); compopt -o filenames; return ;;
      --type) COMPREPLY=(); return ;;
      --remove) _cradle_live store; return ;;
      --user) COMPREPLY=(); return ;;
      --password-file) COMPREPLY=($(compgen -f -- "$cur")); compopt -o filenames; return ;;
      --store) COMPREPLY=(); return ;;
      --name) COMPREPLY=(); return ;;
      --limit|-n) COMPREPLY=(); return ;;
      --output|-o) COMPREPLY=($(compgen -f -- "$cur")); compopt -o filenames; return ;;
      --to) COMPREPLY=($(compgen -W 'xml wbxml' -- "$cur")); return ;;
      --root) COMPREPLY=($(compgen -d -- "$cur")); compopt -o filenames; return ;;
  esac
  case $command in
    '')
      COMPREPLY=($(compgen -W 'list show watch claim release forget eject bind unbind set bindings stores account sync decide history explain record decode doctor reload pause resume completion version help --json --bus --help' -- "$cur"))
      ;;
    list)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--json --bus --help -h' -- "$cur")); return; fi
      ;;
    show)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--json --bus --help -h' -- "$cur")); return; fi
      _cradle_live device
      ;;
    watch)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--json --bus --help -h' -- "$cur")); return; fi
      ;;
    claim)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--json --bus --help -h' -- "$cur")); return; fi
      _cradle_live device
      ;;
    release)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--json --bus --help -h' -- "$cur")); return; fi
      _cradle_live device
      ;;
    forget)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--json --bus --help -h' -- "$cur")); return; fi
      _cradle_live device
      ;;
    eject)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--json --bus --help -h' -- "$cur")); return; fi
      _cradle_live device
      ;;
    bind)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--direction --conflicts --first-sync --trigger --interval --include --exclude --json --bus --help -h' -- "$cur")); return; fi
      _cradle_live device
      ;;
    unbind)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--json --bus --help -h' -- "$cur")); return; fi
      _cradle_live binding
      ;;
    set)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--json --bus --help -h' -- "$cur")); return; fi
      _cradle_live binding device
      COMPREPLY+=($(compgen -W 'enabled= direction= conflicts= first-sync= triggers= interval= include= exclude= label=' -- "$cur"))
      compopt -o nospace
      ;;
    bindings)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--json --bus --help -h' -- "$cur")); return; fi
      ;;
    stores)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--add --type --remove --json --bus --help -h' -- "$cur")); return; fi
      ;;
    account)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--user --password-file --store --name --json --bus --help -h' -- "$cur")); return; fi
      _cradle_live account
      COMPREPLY+=($(compgen -W 'list add allow password remove syncml' -- "$cur"))
      ;;
    sync)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--no-wait --json --bus --help -h' -- "$cur")); return; fi
      _cradle_live device binding
      ;;
    decide)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--json --bus --help -h' -- "$cur")); return; fi
      _cradle_live binding
      COMPREPLY+=($(compgen -W 'combine keep-device keep-desktop allow restore' -- "$cur"))
      ;;
    history)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--limit -n --json --bus --help -h' -- "$cur")); return; fi
      _cradle_live device binding
      ;;
    explain)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--json --bus --help -h' -- "$cur")); return; fi
      _cradle_live device
      COMPREPLY+=($(compgen -f -- "$cur")); compopt -o filenames
      ;;
    record)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--redact --output -o --json --bus --help -h' -- "$cur")); return; fi
      _cradle_live device
      ;;
    decode)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--to --output -o --json --bus --help -h' -- "$cur")); return; fi
      COMPREPLY+=($(compgen -f -- "$cur")); compopt -o filenames
      ;;
    doctor)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--root --json --bus --help -h' -- "$cur")); return; fi
      ;;
    reload)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--json --bus --help -h' -- "$cur")); return; fi
      ;;
    pause)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--json --bus --help -h' -- "$cur")); return; fi
      ;;
    resume)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--json --bus --help -h' -- "$cur")); return; fi
      ;;
    completion)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--json --bus --help -h' -- "$cur")); return; fi
      COMPREPLY+=($(compgen -W 'bash zsh fish' -- "$cur"))
      ;;
    version)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--json --bus --help -h' -- "$cur")); return; fi
      ;;
    help)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--json --bus --help -h' -- "$cur")); return; fi
      COMPREPLY+=($(compgen -W 'list show watch claim release forget eject bind unbind set bindings stores account sync decide history explain record decode doctor reload pause resume completion version help' -- "$cur"))
      ;;
  esac
}

complete -F _cradle cradle
