#include "adapters/redis_client/command_bytes.hpp"

#include <hiredis/hiredis.h>
#include <memory>
#include <new>

#include <boost/container/small_vector.hpp>

namespace cutroom::redis_client {

void append_command(std::string& bytes, const Words& words) {
  constexpr std::size_t kOnStack = 32;
  boost::container::small_vector<const char*, kOnStack> texts;
  boost::container::small_vector<std::size_t, kOnStack> sizes;
  for (const std::string& word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* formatted = nullptr;
  const auto size =
      redisFormatCommandArgv(&formatted, static_cast<int>(words.size()), texts.data(), sizes.data());
  if (size < 0) throw std::bad_alloc();
  const std::unique_ptr<char, void (*)(char*)> owned(formatted, redisFreeCommand);
  bytes.append(formatted, static_cast<std::size_t>(size));
}

}  // namespace cutroom::redis_client
