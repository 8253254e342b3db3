#include "adapters/redis_client/script.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <openssl/evp.h>

namespace cutroom::redis_client {

Script make_script(std::string name, std::string text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error("this OpenSSL has no SHA-1, which Redis names scripts by");
  std::string sha1;
  for (unsigned int i = 0; i < size; ++i) {
    sha1 += "0123456789abcdef"[digest[i] >> 4];
    sha1 += "0123456789abcdef"[digest[i] & 15];
  }
  return {.name = std::move(name), .text = std::move(text), .sha1 = std::move(sha1)};
}

}  // namespace cutroom::redis_client
