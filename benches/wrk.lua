-- wrk's script: wrk ... -s wrk.lua URL -- METHOD LEAVES [NAME: VALUE]...
-- Sends one request again and again; with LEAVES above 0, a thousand in turn that are spread over so many
-- leaves, since one leaf alone would always be in the processor's cache. Prints what happened as JSON.

local at, requests = 0, {}

function init(arguments)
   wrk.method = arguments[1]
   local leaves = tonumber(arguments[2])
   for i = 3, #arguments do
      local name, value = arguments[i]:match("^([^:]+): (.*)$")
      wrk.headers[name] = value
   end
   if leaves == 0 then return end
   local different = math.min(leaves, 1000)
   for i = 0, different - 1 do
      local leaf = math.floor(i * leaves / different)
      requests[i + 1] = wrk.format(nil, string.format("%s%d/%d", wrk.path, math.floor(leaf / 100), leaf))
   end
   function request()
      at = at % #requests + 1
      return requests[at]
   end
   wrk.request = request
end

function done(summary, latency, _)
   local errors = summary.errors
   io.write(string.format(
      '{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "p999": %d, ' ..
      '"connect": %d, "read": %d, "write": %d, "timeout": %d, "status": %d}\n',
      summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency:percentile(99.9),
      errors.connect, errors.read, errors.write, errors.timeout, errors.status))
end
