#include "adapters/store_bull/key_scan.hpp"

#include <vector>

#include "adapters/store_bull/scripts.hpp"

namespace cutroom::store_bull {

using boost::asio::awaitable;
using redis_client::Redis;
using redis_client::Reply;

std::string literal(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view(R"(*?[]\^)").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

awaitable<Result<Reply>> scan(Redis& redis, std::string base, std::string cursor, std::string pattern) {
  std::vector<std::string> keys{std::move(base)};
  std::vector<std::string> args{std::move(cursor), std::move(pattern), kScanned};
  return redis.run(scripts().scan, std::move(keys), std::move(args));
}

}  // namespace cutroom::store_bull
