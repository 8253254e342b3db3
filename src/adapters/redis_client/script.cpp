#include "adapters/redis_client/script.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <boost/algorithm/string/replace.hpp>
#include <openssl/evp.h>

namespace cutroom::redis_client {

namespace {

std::string sha1_of(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error("this OpenSSL has no SHA-1, which Redis names scripts by");
  std::string sha1;
  for (unsigned int i = 0; i < size; ++i) {
    sha1 += "0123456789abcdef"[digest[i] >> 4];
    sha1 += "0123456789abcdef"[digest[i] & 15];
  }
  return sha1;
}

}  // namespace

Script make_script(std::string name, std::string text, const Library* library) {
  std::string sha1 = sha1_of(text);
  return {.name = std::move(name), .text = std::move(text), .sha1 = std::move(sha1), .library = library};
}

Library make_library(std::string_view name, std::string_view text) {
  constexpr std::size_t kDigits = 12;
  Library library{.name = std::string(name) + '_' + sha1_of(text).substr(0, kDigits), .text = {}};
  library.text = "#!lua name=" + library.name + "\n" +
                 boost::algorithm::replace_all_copy(std::string(text), "$library", library.name);
  return library;
}

}  // namespace cutroom::redis_client
