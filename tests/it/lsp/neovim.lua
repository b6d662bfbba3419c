-- What a user of Neovim does: see a finding, mend it with the quick fix, break it by typing, ask where a value comes from.

local function fail(why)
  io.stdout:write(why .. "\n")
  vim.cmd("cquit 1")
end

local function wait(what, condition)
  if not vim.wait(30000, condition, 20) then
    fail("waited in vain for " .. what .. "; there is " .. vim.inspect(vim.diagnostic.get(0)))
  end
end

local function find(rule)
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    if (diagnostic.code or diagnostic.user_data.lsp.code) == rule then
      return diagnostic
    end
  end
end

local function ask(method, params)
  local answers = vim.lsp.buf_request_sync(0, method, params, 30000) or {}
  for _, answer in pairs(answers) do
    return answer.result
  end
end

local function server()
  for _, client in ipairs((vim.lsp.get_clients or vim.lsp.get_active_clients)()) do
    if client.name == "trailint" then
      return client
    end
  end
end

local rule = "single-region-trail"
-- The lines from the documentation.
vim.cmd("luafile " .. vim.env.SNIPPET)
vim.cmd("edit main.tf")
vim.bo.filetype = "terraform"
wait("the server", server)
local id = server().id
if server().config.root_dir ~= vim.env.ROOT then
  fail("the root is " .. vim.inspect(server().config.root_dir))
end
wait("the finding", function() return find(rule) end)

local finding = find(rule)
vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col })
local params = vim.lsp.util.make_range_params()
params.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(), only = { "quickfix" } }
local action = ask("textDocument/codeAction", params)[1]
local encoding = vim.lsp.get_client_by_id(id).offset_encoding
vim.lsp.util.apply_workspace_edit(action.edit, encoding)
wait("the finding to go", function() return not find(rule) end)
local line = vim.api.nvim_buf_get_lines(0, finding.lnum, finding.lnum + 1, true)[1]
if line ~= "  is_multi_region_trail = true" then
  fail("the fix has written " .. line)
end

vim.api.nvim_buf_set_lines(0, 1, 2, true, { "  # é 😀", "  /* 😀 */ is_multi_region_trail = true" })
vim.api.nvim_buf_set_text(0, 2, 37, 2, 41, { "false" })
wait("the finding to come again", function() return find(rule) end)
finding = find(rule)
if finding.lnum ~= 2 or finding.col ~= 37 then
  fail("the finding has come at " .. vim.inspect(finding))
end
vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col })
local hover = ask("textDocument/hover", vim.lsp.util.make_position_params())
if not hover.contents.value:find("is `false`", 1, true) then
  fail("hovering shows " .. vim.inspect(hover))
end
io.stdout:write("done " .. action.title .. "\n")
vim.lsp.get_client_by_id(id).stop()
vim.cmd("qall!")
