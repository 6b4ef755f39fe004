"""The electronic contact book of a preschool.

Who may import whom (checked by import-linter in every `make check`):

      main · cli · migrations ▸ demo ▸ app · worker · assembly · tables   these know everybody
      ▸ admin ▸ billing | portal_bridge | channels                       strangers to each other
      ▸ teacher | family | office | api ▸ web ▸ conversation
      ▸ updates | health ▸ requests ▸ classes | delivery ▸ people ▸ parts ▸ ports | letters
      ▸ settings | db | loop | clock | words | errors | embedded

out   teacher/compose ▸ updates/publish ▸ delivery/plan ▸ delivery/fanout ▸ COMMIT ▸ wake
      delivery/tasks ▸ delivery/dispatch ⇄ delivery/outbox;  dispatch ▸ delivery/window ▸ channels
back  provider ▸ web/hooks ▸ channels.read ▸ delivery/receipts (status)
"""
